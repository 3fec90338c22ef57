#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sse/event.h"

namespace sse::channel {

/// What publishes with an Idempotency-Key became, for two minutes. A key is 24 opaque bytes: 16 that name channel,
/// publisher and key, 8 that name the content. Owned by the journal, under its lock. Bounded: the oldest make room.
class IdempotencyIndex {
 public:
  static constexpr std::size_t kScope = 16;
  static constexpr std::size_t kSize = 24;
  static constexpr std::int64_t kLifeUs = 120'000'000;
  static constexpr std::size_t kMaxKeys = 200'000;

  struct Known {
    Identity identity;
    bool same_content = false;
  };
  /// What became of an earlier publish with the same key.
  [[nodiscard]] std::optional<Known> find(std::string_view key, std::int64_t now_us) const;
  void remember(std::string_view key, const Identity& identity, std::int64_t now_us);

 private:
  struct Record {
    Identity identity;
    std::string content;
    std::int64_t until = 0;
  };
  void expire(std::int64_t now_us);

  std::unordered_map<std::string, Record> records_;
  std::deque<std::pair<std::int64_t, std::string>> order_;
};

/// The 24 bytes for a publish. [any]
std::string idempotencyKey(std::string_view channel, std::string_view publisher, std::string_view key,
                           std::string_view content);

}  // namespace sse::channel
