#pragma once
// Sockets of the load generator: loopback only.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace sse::bench {

/// Nanoseconds of the monotonic clock.
int64_t nowNs();

/// A port of 127.0.0.1 that was free a moment ago.
uint16_t freePort();

/// A connected TCP socket to 127.0.0.1:port. `source` picks the source address 127.0.0.(1 + source % 8), so that more
/// connections than one address has ports are possible. Throws std::system_error.
int connectTo(uint16_t port, size_t source = 0);

/// Sends all of it, blocking. Throws std::system_error.
void sendAll(int fd, std::string_view bytes);

/// Closes with a reset, so that no port lingers in TIME_WAIT.
void closeHard(int fd);

/// The local port of a socket.
uint16_t localPort(int fd);

/// Bytes of kernel memory held by the server's ends of the connections from the given client ports, as the kernel
/// accounts them (queues, their overhead and what is reserved ahead). Includes ends that the server has closed but not
/// yet flushed.
uint64_t kernelBytes(uint16_t server_port, const std::unordered_set<uint16_t>& client_ports);

}  // namespace sse::bench
