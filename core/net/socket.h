#pragma once

#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include "base/fd.h"
#include "sse/result.h"

namespace sse::net {

/// Settings of a listening socket that its connections inherit.
struct ListenSettings {
  std::string address;           ///< numeric, or "" for every address of both families
  const char* options = "http";  ///< whose `.address` and `.port` these are, for messages
  std::uint16_t port = 0;        ///< 0: one that is free
  int send_buffer = 0;           ///< SO_SNDBUF in bytes, 0: the system's
  int user_timeout_ms = 30'000;  ///< TCP_USER_TIMEOUT: unacknowledged for longer means dead
  bool share = true;             ///< SO_REUSEPORT: one listener per loop
};

/// Opens non-blocking listening sockets: for "" one that takes both families where the system has IPv6, else IPv4.
/// Code::System with address, port and reason where the system refuses. [any]
Result<base::Fd> listenOn(const ListenSettings& settings);

/// Whether `settings.address` can be an address; Code::InvalidArgument names the option. [any]
Result<void> checkAddress(const ListenSettings& settings);

/// The port a socket is bound to. [any]
std::uint16_t localPort(int fd);

}  // namespace sse::net
