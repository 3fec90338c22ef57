#include "net/address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>

namespace sse::net {
namespace {

constexpr std::size_t kNetwork = 8;  ///< bytes of an address of IPv6 that name a /64
constexpr Address kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, static_cast<char>(0xff), static_cast<char>(0xff)};

}  // namespace

Address addressOf(const sockaddr_storage& address) {
  Address out{};
  if (address.ss_family == AF_INET6) {
    std::memcpy(out.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, out.size());
    return out;
  }
  out = kMapped;
  std::memcpy(out.data() + 12, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
  return out;
}

bool isMapped(const Address& address) { return std::memcmp(address.data(), kMapped.data(), 12) == 0; }

std::optional<Address> parseAddress(std::string_view text) {
  const std::string ended(text);
  Address out = kMapped;
  if (::inet_pton(AF_INET, ended.c_str(), out.data() + 12) == 1) return out;
  if (::inet_pton(AF_INET6, ended.c_str(), out.data()) == 1) return out;
  return std::nullopt;
}

std::string addressText(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool mapped = isMapped(address);
  ::inet_ntop(mapped ? AF_INET : AF_INET6, address.data() + (mapped ? 12 : 0), text.data(), text.size());
  return text.data();
}

Address countedAddress(const Address& address) {
  Address out = address;
  if (!isMapped(out)) std::fill(out.begin() + kNetwork, out.end(), '\0');
  return out;
}

std::string countedAddress(std::string_view text) {
  const auto address = parseAddress(text);
  return address ? addressText(countedAddress(*address)) : std::string(text);
}

}  // namespace sse::net
