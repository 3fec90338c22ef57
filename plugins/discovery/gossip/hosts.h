#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "discovery/gossip/endpoint.h"
#include "sse/result.h"

/// The hosts to join, and the address to be known by.
namespace sse::gossip {

/// One entry of gossip.hosts.
struct JoinHost {
  std::string host;  ///< name or numeric address, without brackets
  std::uint16_t port = 0;
  bool operator==(const JoinHost&) const = default;
};

/// Reads `host`, `host:port`, `[v6]` or `[v6]:port`; without a port the usual one. The error names the option and the
/// entry. [any]
Result<JoinHost> parseHost(std::string_view entry);

/// Numeric addresses of a name; blocks. Empty where it does not resolve. [worker]
using ResolveName = std::function<std::vector<std::string>(const std::string& name)>;
std::vector<std::string> systemAddresses(const std::string& name);

/// All endpoints the hosts stand for, each once; blocks where there are names. [worker]
std::vector<Endpoint> resolveAll(const std::vector<JoinHost>& hosts, const ResolveName& resolve);

/// Numeric addresses of this machine's interfaces that are up, IPv4 first. [any]
std::vector<std::string> ownAddresses();

/// Whether the address, as bytes, is one that hosts of the internet reach: not private, loopback or link-local. [any]
bool isPublic(const std::string& address);

/// Which of a machine's addresses others reach it by: the first private one, else the first that is not loopback, else
/// 127.0.0.1. [section 2] [any]
std::string chooseAdvertised(const std::vector<std::string>& own);

}  // namespace sse::gossip
