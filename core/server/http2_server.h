#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <sys/uio.h>
#include <vector>

#include "http/head.h"
#include "net/event_loop.h"
#include "server/exchange.h"
#include "server/http2_connection.h"
#include "server/settings.h"

namespace sse::server {

class HttpServer;

/// The HTTP/2 connections of one loop. Owned by the HttpServer, which hands over connections that speak it. [loop]
class Http2Server {
 public:
  Http2Server(net::EventLoop& loop, HttpServer& http, Handler& handler, const ServerSettings& settings,
              ServerMetrics& metrics);
  ~Http2Server();

  /// Takes over a connection that is watched already, with what was read of it.
  void adopt(net::Connected socket, const Origin& origin, std::uint64_t generation, std::string_view received);
  [[nodiscard]] Exchange* find(const ConnectionId& id) const;
  /// Writes what is due on all connections; true when there is more to do at once.
  bool turn();
  /// Looks at a share of the connections, at all of them once in ten calls.
  void tick();
  /// Asks all clients to send further requests elsewhere.
  void shutdownNotice();
  /// Ends all connections, each when nothing is due on it.
  void drain();
  /// Whether responses are due.
  [[nodiscard]] bool busy() const;

 private:
  friend class Http2Connection;
  friend class Http2Exchange;
  struct Name {
    int fd;
    std::uint64_t generation;
  };
  [[nodiscard]] Http2Connection* at(const Name& name) const;
  void release(Http2Connection& connection);
  [[nodiscard]] std::int64_t nowMs() const;
  [[nodiscard]] std::uint32_t nowSeconds() const { return static_cast<std::uint32_t>(nowMs() / 1000); }

  net::EventLoop& loop_;
  HttpServer& http_;
  Handler& handler_;
  const ServerSettings& settings_;
  ServerMetrics& metrics_;
  std::vector<std::unique_ptr<Http2Connection>> connections_;  ///< by descriptor
  std::vector<Name> dirty_;
  std::vector<Name> read_again_;
  std::vector<iovec> parts_;  ///< of the write under way
  http::Head head_;           ///< of the request under way
  std::size_t tick_at_ = 0;
  bool draining_ = false;
};

}  // namespace sse::server
