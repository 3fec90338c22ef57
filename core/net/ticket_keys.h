#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include "sse/loop.h"

namespace sse::net {

/// One key of tickets, all of its bytes by chance.
struct TicketKey {
  std::array<unsigned char, 16> name{};
  std::array<unsigned char, 32> cipher{};
  std::array<unsigned char, 32> mac{};
  Clock::time_point made{};
};

/// The keys that encrypt the sessions of TLS that clients keep. Each encrypts for `kUse`, opens what it encrypted for
/// as long again, and is overwritten by the first handshake after that. Shared by all loops. [any]
class TicketKeys {
 public:
  static constexpr Duration kUse = std::chrono::hours(2);  ///< as long as a session lasts

  ~TicketKeys();
  TicketKeys() = default;
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  /// The one to encrypt with; nothing where there is no chance to be had. [any]
  std::optional<TicketKey> sealing(Clock::time_point now);
  /// The one of that name, while it opens tickets. [any]
  std::optional<TicketKey> opening(std::span<const unsigned char, 16> name, Clock::time_point now);

 private:
  void forgetOld(Clock::time_point now);

  std::mutex mutex_;                 ///< of `keys_`
  std::array<TicketKey, 2> keys_{};  ///< the newest first; without `made` there is none
};

}  // namespace sse::net
