#pragma once

#include <optional>
#include <string>

namespace sse::kernel {

/// Whether a numeric address is one that hosts of the internet reach: not loopback, private (RFC 1918, RFC 6598, RFC
/// 4193) or link-local. False for what is no address. [any]
bool isPublic(const std::string& address);

/// A public address at which a socket bound to `address` is reached: itself or, where it is bound to all (empty,
/// 0.0.0.0 or ::), the first public one of the host's interfaces. Nothing where there is none. [any]
std::optional<std::string> publicAddress(const std::string& address);

}  // namespace sse::kernel
