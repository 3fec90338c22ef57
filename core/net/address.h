#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace sse::net {

/// An IP address, IPv4 mapped into IPv6.
using Address = std::array<char, 16>;

Address addressOf(const sockaddr_storage& address);

/// Whether it is one of IPv4. [any]
bool isMapped(const Address& address);

/// Of a numeric text without port or brackets. [any]
std::optional<Address> parseAddress(std::string_view text);

/// Numeric, IPv4 in its own form. [any]
std::string addressText(const Address& address);

/// Whom the limits of one address count: an address of IPv6 stands for its /64, as that is the least that anybody is
/// given; one of IPv4 for itself. [any]
Address countedAddress(const Address& address);
/// The same of a numeric text. What is no address stands for itself. [any]
std::string countedAddress(std::string_view text);

}  // namespace sse::net
