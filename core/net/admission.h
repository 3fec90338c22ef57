#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "net/address.h"

namespace sse::net {

class Admission;

/// A place among the connections of the node, given back when this object goes. Movable.
class Ticket {
 public:
  /// A place under the limit of an address.
  struct Counted {
    Address address{};  ///< as countedAddress gives it
    bool over = false;  ///< beyond that limit
  };

  Ticket() = default;
  Ticket(Admission* admission, std::unique_ptr<const Counted> counted)
      : admission_(admission), counted_(std::move(counted)) {}
  Ticket(Ticket&& other) noexcept
      : admission_(std::exchange(other.admission_, nullptr)), counted_(std::move(other.counted_)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    std::swap(admission_, other.admission_);
    std::swap(counted_, other.counted_);
    return *this;
  }
  ~Ticket();

 private:
  Admission* admission_ = nullptr;
  std::unique_ptr<const Counted> counted_;  ///< only where addresses are counted
};

/// Counts connections against a limit of them all and one of each address. Those over the limit of their address take
/// no place under the other: they have few of their own, so that no address can keep another out. Shared by all loops;
/// owned by main, outlives every ticket.
class Admission {
 public:
  enum class Verdict : std::uint8_t {
    Admitted,
    OverLimit,         ///< of connections: its request is to be read and refused
    OverAddressLimit,  ///< the same by the limit of its address alone
    Full,              ///< not even room to refuse
    AddressFull,       ///< the same for its address alone: it is to be closed at once
  };
  struct Limits {
    std::size_t connections = 0;      ///< 0: none
    std::size_t per_address = 0;      ///< 0: none
    std::size_t reserve = 64;         ///< beyond `connections`, and as many beyond `per_address`: read and refused
    std::size_t address_reserve = 8;  ///< of one address, among those beyond `per_address`
  };
  explicit Admission(const Limits& limits) : limits_(limits) {}

  /// What comes from one /64 of IPv6 is of one address. [any]
  std::pair<Verdict, Ticket> admit(const Address& address);
  /// But for those over the limit of their address. [any]
  [[nodiscard]] std::size_t open() const { return open_.load(std::memory_order_relaxed); }
  /// Whether another connection may be accepted at all. [any]
  [[nodiscard]] bool room() const { return limits_.connections == 0 || open() < limits_.connections + limits_.reserve; }
  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  friend class Ticket;
  struct Hash {
    std::size_t operator()(const Address& address) const;
  };
  struct Connections {
    std::size_t within = 0;
    std::size_t over = 0;
  };
  [[nodiscard]] bool count(Ticket::Counted& counted);
  void release(const Ticket::Counted* counted);

  const Limits limits_;
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;
  std::unordered_map<Address, Connections, Hash> by_address_;  ///< as countedAddress gives them
  std::size_t over_ = 0;                                       ///< beyond the limits of their addresses
};

}  // namespace sse::net
