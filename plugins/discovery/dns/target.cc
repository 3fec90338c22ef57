#include "discovery/dns/target.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

#include "discovery/dns/answer.h"

namespace sse::dns {
namespace {

constexpr std::size_t kMaxService = 62;  // with the underscore before it a label of 63

bool isAddress(const std::string& text, int family) {
  char buffer[sizeof(in6_addr)];
  return inet_pton(family, text.c_str(), buffer) == 1;
}

Error bad(const char* key, const char* expected, std::string_view got, const char* help) {
  return {Code::InvalidArgument,
          std::string(key) + ": expected " + expected + ", got \"" + std::string(got) + "\"; " + help};
}

Error badServer(std::string_view text) {
  return bad("dns.server", "address:port of a DNS server", text,
             "give a numeric address, an IPv6 one in brackets, as in 10.96.0.10:53");
}

bool isService(std::string_view text) {
  return isName(text) && text.find('.') == std::string_view::npos && text.size() <= kMaxService;
}

}  // namespace

Result<Server> parseServer(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const auto host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == std::string_view::npos) return badServer(text);
  Server server;
  server.address = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  if (!isAddress(server.address, bracketed ? AF_INET6 : AF_INET)) return badServer(text);
  const auto rest = text.substr(host_end + (bracketed ? 1 : 0));
  if (rest.empty()) return server;
  const auto* const end = rest.data() + rest.size();
  const auto [read_to, error] = std::from_chars(rest.data() + 1, end, server.port);
  if (rest.front() != ':' || error != std::errc() || read_to != end || server.port == 0) return badServer(text);
  return server;
}

Result<Target> readTarget(const Settings& settings) {
  Target target;
  std::string problems;
  const auto note = [&](const Error& error) { problems += (problems.empty() ? "" : "\n") + error.text; };
  target.name = settings.string("dns.name");
  if (target.name.empty()) {
    note({Code::InvalidArgument,
          "dns.name: expected the name of a service, got none; set it, or leave dns out of discovery"});
  } else if (!isName(target.name)) {
    note(bad("dns.name", "a DNS name", target.name, "labels of letters, digits and hyphens, at most 253 bytes"));
  }
  target.service = settings.string("dns.service");
  if (!isService(target.service)) {
    note(bad("dns.service", "the name of a port", target.service, "it stands in _name._tcp: letters, digits, hyphens"));
  } else if (target.name.size() <= kMaxName && serviceName(target.service, target.name).size() > kMaxName) {
    note(bad("dns.name", "room for the service before it", target.name, "at most 253 bytes together"));
  }
  if (settings.has("dns.port")) target.port = static_cast<std::uint16_t>(settings.integer("dns.port"));
  if (settings.has("dns.server")) {
    auto server = parseServer(settings.string("dns.server"));
    if (server) {
      target.server = std::move(*server);
    } else {
      note(server.error());
    }
  }
  if (!problems.empty()) return Error{Code::InvalidArgument, problems};
  return target;
}

std::string serviceName(const std::string& service, const std::string& name) { return "_" + service + "._tcp." + name; }

std::vector<std::string> searchNames(const std::string& name, const std::vector<std::string>& domains, int ndots) {
  if (name.ends_with('.')) return {name};
  std::vector<std::string> names;
  for (const auto& domain : domains) {
    auto longer = name;
    longer.append(".").append(domain);
    if (!domain.empty() && isName(longer)) names.push_back(std::move(longer));
  }
  const bool first = std::count(name.begin(), name.end(), '.') >= ndots;
  names.insert(first ? names.begin() : names.end(), name);
  return names;
}

}  // namespace sse::dns
