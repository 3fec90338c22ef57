#include "discovery/gossip/endpoint.h"

#include <arpa/inet.h>

namespace sse::gossip {
namespace {

constexpr std::string_view kMapped{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};

}  // namespace

bool isAddress(std::string_view address) { return address.size() == 4 || address.size() == 16; }

std::string plainAddress(std::string_view address) {
  const bool mapped = address.size() == 16 && address.starts_with(kMapped);
  return std::string(mapped ? address.substr(kMapped.size()) : address);
}

bool sameSocket(const Endpoint& a, const Endpoint& b) {
  return a.port == b.port && plainAddress(a.address) == plainAddress(b.address);
}

std::string addressText(std::string_view address) {
  const auto bytes = plainAddress(address);
  char buffer[INET6_ADDRSTRLEN] = "";
  if (!isAddress(bytes)) return {};
  return inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), buffer, sizeof(buffer));
}

std::string text(const Endpoint& endpoint) {
  const auto host = addressText(endpoint.address);
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port);
}

std::string addressBytes(const std::string& numeric) {
  char bytes[sizeof(in6_addr)];
  if (inet_pton(AF_INET, numeric.c_str(), bytes) == 1) return {bytes, 4};
  if (inet_pton(AF_INET6, numeric.c_str(), bytes) == 1) return plainAddress({bytes, 16});
  return {};
}

}  // namespace sse::gossip
