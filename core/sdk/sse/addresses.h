#pragma once

#include <algorithm>
#include <netdb.h>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "sse/result.h"

namespace sse {

/// A socket address as people write it, without a port; empty where it is of no known family. [any]
inline std::string numericText(const sockaddr* address, socklen_t size) {
  char text[NI_MAXHOST];
  if (::getnameinfo(address, size, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return text;
}

/// Whether the host of a URL is this machine: `localhost`, or an address of loopback. [any]
inline bool isLoopbackHost(const std::string& host) {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

/// What `addressesOf` may do with a name.
enum class LookUp : std::uint8_t {
  Ask,          ///< ask the system: /etc/hosts, DNS; blocks, for seconds where no server answers
  NumericOnly,  ///< take a numeric address as it is, and nothing else; never blocks
};

/// The numeric addresses of a name, each once, in the system's order (RFC 6724): the best one first, never none. The
/// error says why there is none. [worker; any with NumericOnly]
inline Result<std::vector<std::string>> addressesOf(const std::string& name, LookUp how = LookUp::Ask) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = how == LookUp::NumericOnly ? AI_NUMERICHOST : 0;
  addrinfo* found = nullptr;
  const int outcome = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (outcome != 0) return Error{Code::Unavailable, name + ": " + ::gai_strerror(outcome)};
  std::vector<std::string> all;
  for (const auto* one = found; one != nullptr; one = one->ai_next) {
    auto text = numericText(one->ai_addr, one->ai_addrlen);
    if (!text.empty() && std::find(all.begin(), all.end(), text) == all.end()) all.push_back(std::move(text));
  }
  ::freeaddrinfo(found);
  if (all.empty()) return Error{Code::Unavailable, name + ": it has no address of a family known here"};
  return all;
}

}  // namespace sse
