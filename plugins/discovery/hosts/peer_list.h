#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sse/result.h"

namespace sse::hosts {

/// One entry of the list.
struct Peer {
  std::string host;  ///< name or numeric address, without brackets
  std::uint16_t port = 0;
  bool numeric = false;  ///< `host` is an address already
  bool operator==(const Peer&) const = default;
};

/// Reads `host:port` or `[v6]:port`. The error names the option and the entry. [any]
Result<Peer> parsePeer(std::string_view entry);

/// Reads all entries; the error names every bad one. The same endpoint twice counts once. [any]
Result<std::vector<Peer>> parsePeers(const std::vector<std::string>& entries);

}  // namespace sse::hosts
