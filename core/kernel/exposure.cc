#include "kernel/exposure.h"

#include <arpa/inet.h>
#include <array>
#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>

namespace sse::kernel {
namespace {

struct Block {
  std::uint32_t network;
  int bits;
};

/// Unspecified, private, shared, loopback, link-local.
constexpr std::array kNotPublic = {Block{0x00000000, 8},  Block{0x0a000000, 8},  Block{0xac100000, 12},
                                   Block{0xc0a80000, 16}, Block{0x64400000, 10}, Block{0x7f000000, 8},
                                   Block{0xa9fe0000, 16}};

bool isPublicV4(std::uint32_t address) {
  for (const auto& block : kNotPublic) {
    if ((address >> (32 - block.bits)) == (block.network >> (32 - block.bits))) return false;
  }
  return true;
}

bool isPublicV6(const in6_addr& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    return isPublicV4(std::uint32_t{address.s6_addr[12]} << 24 | std::uint32_t{address.s6_addr[13]} << 16 |
                      std::uint32_t{address.s6_addr[14]} << 8 | address.s6_addr[15]);
  }
  const bool unique_local = (address.s6_addr[0] & 0xfe) == 0xfc;
  return !unique_local && !IN6_IS_ADDR_LOOPBACK(&address) && !IN6_IS_ADDR_LINKLOCAL(&address) &&
         !IN6_IS_ADDR_UNSPECIFIED(&address);
}

std::string textOf(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address != nullptr && address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text.data(), text.size());
  } else if (address != nullptr && address->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

bool isPublic(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return isPublicV4(ntohl(v4.s_addr));
  in6_addr v6{};
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && isPublicV6(v6);
}

std::optional<std::string> publicAddress(const std::string& address) {
  if (!address.empty() && address != "0.0.0.0" && address != "::") {
    return isPublic(address) ? std::optional(address) : std::nullopt;
  }
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> held(first, &freeifaddrs);
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    auto text = textOf(each->ifa_addr);
    const bool other_family = address == "0.0.0.0" && text.find(':') != std::string::npos;
    if (!other_family && isPublic(text)) return text;
  }
  return std::nullopt;
}

}  // namespace sse::kernel
