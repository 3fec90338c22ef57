#include "net/networks.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sse::net {
namespace {

constexpr int kBits = 128;
constexpr int kMappedBits = 96;  ///< in front of an address of IPv4

bool sameBits(const Address& a, const Address& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const int rest = bits % 8;
  return rest == 0 ||
         ((static_cast<unsigned>(a.at(whole)) ^ static_cast<unsigned>(b.at(whole))) & 0xffU) >> (8 - rest) == 0;
}

}  // namespace

Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
  Networks made;
  for (const auto& text : texts) {
    const auto network = parseOne(text);
    if (!network) return network.error();
    made.networks_.push_back(*network);
  }
  return made;
}

Result<Networks::Network> Networks::parseOne(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parseAddress(text.substr(0, slash));
  int bits = kBits;
  bool good = address.has_value();
  if (good && slash != std::string_view::npos) {
    const auto prefix = text.substr(slash + 1);
    const int before = isMapped(*address) ? kMappedBits : 0;
    const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
    good = error == std::errc() && end == prefix.data() + prefix.size() && bits >= 0 && bits <= kBits - before;
    bits += before;
  }
  if (good) return Network{*address, bits};
  return Error{Code::InvalidArgument, "expected addresses and networks, as 10.0.0.10, 10.0.0.0/8 or fd00::/8, got \"" +
                                          std::string(text) + "\""};
}

bool Networks::contains(const Address& address) const {
  return std::ranges::any_of(networks_,
                             [&](const Network& each) { return sameBits(each.address, address, each.bits); });
}

}  // namespace sse::net
