#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Addresses as they stand on the wire: 4 or 16 bytes, the longer form also for IPv4 (docs/memberlist.md section 12.1).
namespace sse::gossip {

/// Where packets and streams of a node go. The bytes are kept as they came, as peers compare them.
struct Endpoint {
  std::string address;  ///< 4 or 16 bytes
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

/// Whether these bytes can be an address: 4 or 16 of them. [any]
bool isAddress(std::string_view address);

/// 4 bytes for an IPv4 address in 16, anything else as it is: for connecting, comparing hosts and display. [any]
std::string plainAddress(std::string_view address);

/// Whether both lead to the same socket, in whatever form their addresses are. [any]
bool sameSocket(const Endpoint& a, const Endpoint& b);

/// "10.0.0.1" or "2001:db8::1"; empty where the bytes are no address. [any]
std::string addressText(std::string_view address);

/// "10.0.0.1:7946" or "[2001:db8::1]:7946". [any]
std::string text(const Endpoint& endpoint);

/// 4 or 16 bytes for a numeric address; empty where `numeric` is none. [any]
std::string addressBytes(const std::string& numeric);

}  // namespace sse::gossip
