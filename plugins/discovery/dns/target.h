#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sse/config.h"
#include "sse/result.h"

namespace sse::dns {

/// The address of a DNS server.
struct Server {
  std::string address;  ///< numeric, without brackets
  std::uint16_t port = 53;
  bool operator==(const Server&) const = default;
};

/// What is asked, and whom.
struct Target {
  std::string name;              ///< a last dot: no search list
  std::string service;           ///< port name of the SRV record
  std::uint16_t port = 0;        ///< beside A and AAAA records; 0: this node's own HTTP port
  std::optional<Server> server;  ///< none: the system's
};

/// Reads `dns.name`, `dns.service`, `dns.port` and `dns.server`. The error names each bad option. [any]
Result<Target> readTarget(const Settings& settings);

/// Reads `address`, `address:port`, `[v6]` or `[v6]:port`. [any]
Result<Server> parseServer(std::string_view text);

/// The name of the service record (RFC 2782): `_service._tcp.name`. [any]
std::string serviceName(const std::string& service, const std::string& name);

/// The names to ask one after the other, as the system's resolver would (resolv.conf(5)): one with a last dot is
/// complete; one with at least `ndots` dots is asked as it is, then in each domain; another one the other way round.
/// Names that are too long are left out. [any]
std::vector<std::string> searchNames(const std::string& name, const std::vector<std::string>& domains, int ndots);

}  // namespace sse::dns
