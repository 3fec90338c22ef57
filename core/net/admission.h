#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "net/address.h"

namespace sse::net {

class Admission;

/// A place among the connections of the node, given back when this object goes. Movable.
class Ticket {
 public:
  Ticket() = default;
  Ticket(Admission* admission, const Address* counted);
  Ticket(Ticket&& other) noexcept
      : admission_(std::exchange(other.admission_, nullptr)), counted_(std::exchange(other.counted_, nullptr)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    std::swap(admission_, other.admission_);
    std::swap(counted_, other.counted_);
    return *this;
  }
  ~Ticket();

 private:
  Admission* admission_ = nullptr;
  const Address* counted_ = nullptr;  ///< owned; only where addresses are counted
};

/// Counts connections against `limits.connections` and `limits.connections_per_address`. Shared by all loops; owned by
/// main, outlives every ticket.
class Admission {
 public:
  enum class Verdict : std::uint8_t {
    Admitted,
    OverLimit,         ///< of connections: its request is to be read and refused
    OverAddressLimit,  ///< the same by the limit of its address alone
    Full,              ///< not even room to refuse
  };
  struct Limits {
    std::size_t connections = 0;  ///< 0: none
    std::size_t per_address = 0;  ///< 0: none
    std::size_t reserve = 64;     ///< connections over the limit that are read and refused
  };
  explicit Admission(const Limits& limits) : limits_(limits) {}

  /// What comes from one /64 of IPv6 is of one address. [any]
  std::pair<Verdict, Ticket> admit(const Address& address);
  [[nodiscard]] std::size_t open() const { return open_.load(std::memory_order_relaxed); }
  /// Whether another connection may be accepted at all. [any]
  [[nodiscard]] bool room() const { return limits_.connections == 0 || open() < limits_.connections + limits_.reserve; }
  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  friend class Ticket;
  struct Hash {
    std::size_t operator()(const Address& address) const;
  };
  void release(const Address* counted);

  const Limits limits_;
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;
  std::unordered_map<Address, std::size_t, Hash> by_address_;  ///< as countedAddress gives them
};

}  // namespace sse::net
