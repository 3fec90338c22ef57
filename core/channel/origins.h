#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sse/event.h"

namespace sse::channel {

/// Of each origin the highest number that has arrived: what drops repeats and what checkpoints tell. Every restart of a
/// node is another origin, so at most kMost are known: the one not heard of for longest makes room. Owned by the
/// journal, under its lock.
class Origins {
 public:
  static constexpr std::size_t kMost = 1024;

  /// Whether `id` is above what was known of its origin, which it is from now on.
  bool raise(const Identity& id);
  [[nodiscard]] bool knows(const Tag& origin) const;
  /// The highest number; 0: the origin is not known.
  [[nodiscard]] std::uint64_t numberOf(const Tag& origin) const;
  void appendTo(std::vector<Identity>& out) const;
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  struct Known {
    std::uint64_t number = 0;
    std::uint64_t heard = 0;
  };
  void makeRoom();

  std::unordered_map<std::uint64_t, Known> known_;  ///< by tag, as eight bytes
  std::uint64_t heard_ = 0;
};

}  // namespace sse::channel
