#include "discovery/gossip/hosts.h"

#include <algorithm>
#include <charconv>
#include <ifaddrs.h>
#include <linux/if.h>
#include <sys/socket.h>

#include "discovery/gossip/ports.h"
#include "sse/addresses.h"

namespace sse::gossip {
namespace {

Error bad(std::string_view entry, std::string_view got) {
  return {Code::InvalidArgument, "gossip.hosts: expected host or host:port (an IPv6 address in brackets), got \"" +
                                     std::string(entry) + "\" (" + std::string(got) + ")"};
}

bool isName(std::string_view host) {
  const auto legal = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_';
  };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), legal);
}

bool isLoopback(std::string_view bytes) {
  return bytes.size() == 4 ? bytes[0] == 127 : bytes == std::string(15, '\0') + '\1';
}

/// RFC 1918, RFC 6598 and RFC 4193.
bool isPrivate(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() == 16) return (at(0) & 0xfe) == 0xfc;
  return at(0) == 10 || (at(0) == 172 && (at(1) & 0xf0) == 16) || (at(0) == 192 && at(1) == 168) ||
         (at(0) == 100 && (at(1) & 0xc0) == 64);
}

}  // namespace

Result<JoinHost> parseHost(std::string_view entry) {
  JoinHost made{{}, Ports::kUsual};
  auto rest = entry;
  if (entry.starts_with('[')) {
    const auto close = entry.find(']');
    if (close == std::string_view::npos) return bad(entry, "no closing bracket");
    made.host = entry.substr(1, close - 1);
    rest = entry.substr(close + 1);
    if (addressBytes(made.host).empty()) return bad(entry, "no IPv6 address in the brackets");
  } else {
    made.host = entry.substr(0, entry.find(':'));
    rest = entry.substr(made.host.size());
    if (!isName(made.host)) return bad(entry, "the host is neither a name nor an address");
  }
  if (rest.empty()) return made;
  const auto* end = rest.data() + rest.size();
  const auto [read, error] = std::from_chars(rest.data() + 1, end, made.port);
  if (rest[0] != ':' || error != std::errc() || read != end || made.port == 0) {
    return bad(entry, "the port is no number from 1 to 65535");
  }
  return made;
}

std::vector<std::string> systemAddresses(const std::string& name) {
  auto found = addressesOf(name);
  return found.ok() ? std::move(found).value() : std::vector<std::string>();
}

std::vector<Endpoint> resolveAll(const std::vector<JoinHost>& hosts, const ResolveName& resolve) {
  std::vector<Endpoint> all;
  for (const auto& [host, port] : hosts) {
    const bool is_address = !addressBytes(host).empty();
    for (const auto& text : is_address ? std::vector<std::string>{host} : resolve(host)) {
      const Endpoint endpoint{addressBytes(text), port};
      const bool known = std::find(all.begin(), all.end(), endpoint) != all.end();
      if (isAddress(endpoint.address) && !known) all.push_back(endpoint);
    }
  }
  return all;
}

std::vector<std::string> ownAddresses() {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0) return {};
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  for (const auto* one = found; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_UP) == 0) continue;
    const auto family = one->ifa_addr->sa_family;
    if (family == AF_INET) v4.push_back(numericText(one->ifa_addr, sizeof(sockaddr_in)));
    // An address of one link only, with its "%eth0", is of no use to others.
    if (family != AF_INET6) continue;
    auto text = numericText(one->ifa_addr, sizeof(sockaddr_in6));
    if (text.find('%') == std::string::npos) v6.push_back(std::move(text));
  }
  freeifaddrs(found);
  v4.insert(v4.end(), v6.begin(), v6.end());
  return v4;
}

bool isPublic(const std::string& address) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(address[i]); };
  const bool v4_local = address.size() == 4 && ((byte(0) == 169 && byte(1) == 254) || byte(0) == 0);
  const bool v6_local = address.size() == 16 && byte(0) == 0xfe && (byte(1) & 0xc0U) == 0x80;
  return !isLoopback(address) && !isPrivate(address) && !v4_local && !v6_local;
}

std::string chooseAdvertised(const std::vector<std::string>& own) {
  const auto usable = [](const std::string& text) { return !isLoopback(addressBytes(text)); };
  const auto among = [&](const auto& fits) {
    const auto found = std::find_if(own.begin(), own.end(), fits);
    return found == own.end() ? std::string() : *found;
  };
  auto first = among([&](const std::string& text) { return usable(text) && isPrivate(addressBytes(text)); });
  if (!first.empty()) return first;
  auto other = among(usable);
  return other.empty() ? "127.0.0.1" : other;
}

}  // namespace sse::gossip
