#pragma once

#include <string>

#include "http/head.h"
#include "net/networks.h"

namespace sse::api {

/// Whom a request is from that came from `direct`, as text: where that is one of `proxies`, the last address of
/// X-Forwarded-For that is none of them, without the port that some proxies add. What stands in an address's place
/// there and is none (RFC 7239 6: "unknown", "_name") stands for itself. [any]
std::string clientAddress(const http::Head& head, const net::Address& direct, const net::Networks& proxies);

}  // namespace sse::api
