#include "discovery/hosts/peer_list.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace sse::hosts {
namespace {

bool isNumeric(const std::string& host) {
  char buffer[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), buffer) == 1 || inet_pton(AF_INET6, host.c_str(), buffer) == 1;
}

bool isName(std::string_view host) {
  const auto legal = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_';
  };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), legal);
}

Error bad(std::string_view entry, std::string_view got) {
  return {Code::InvalidArgument, "hosts.peers: expected host:port (an IPv6 address in brackets), got \"" +
                                     std::string(entry) + "\" (" + std::string(got) + ")"};
}

}  // namespace

Result<Peer> parsePeer(std::string_view entry) {
  const bool bracketed = !entry.empty() && entry.front() == '[';
  const auto close = entry.find(']');
  if (bracketed && close == std::string_view::npos) return bad(entry, "no closing bracket");
  const auto colon = bracketed ? close + 1 : entry.find(':');
  if (colon >= entry.size() || entry[colon] != ':') return bad(entry, "no port");
  const auto port_text = entry.substr(colon + 1);
  Peer peer;
  peer.host = bracketed ? entry.substr(1, close - 1) : entry.substr(0, colon);
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), peer.port);
  if (error != std::errc() || end != port_text.data() + port_text.size() || peer.port == 0) {
    return bad(entry, "the port is no number from 1 to 65535");
  }
  peer.numeric = isNumeric(peer.host);
  if (bracketed && !peer.numeric) return bad(entry, "no IPv6 address in the brackets");
  if (!peer.numeric && !isName(peer.host)) return bad(entry, "the host is neither a name nor an address");
  return peer;
}

Result<std::vector<Peer>> parsePeers(const std::vector<std::string>& entries) {
  std::vector<Peer> peers;
  std::string errors;
  for (const auto& entry : entries) {
    auto peer = parsePeer(entry);
    if (!peer.ok()) {
      errors += (errors.empty() ? "" : "\n") + peer.error().text;
    } else if (std::find(peers.begin(), peers.end(), *peer) == peers.end()) {
      peers.push_back(std::move(*peer));
    }
  }
  if (!errors.empty()) return Error{Code::InvalidArgument, errors};
  return peers;
}

}  // namespace sse::hosts
