#pragma once

#include <Poco/Net/StreamSocket.h>
#include <string>

#include "auth/jwt/abort.h"
#include "sse/loop.h"
#include "sse/result.h"

namespace sse::jwt {

/// A connection to the first address of `host` that takes one. Each of connecting, sending and receiving takes at most
/// `timeout`; `abort` holds the socket from then on. Blocks, for the names as long as the system's resolver. [worker]
Result<Poco::Net::StreamSocket> dial(const std::string& host, std::uint16_t port, Duration timeout, Abort& abort);

}  // namespace sse::jwt
