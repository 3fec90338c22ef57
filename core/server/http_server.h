#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/admission.h"
#include "net/event_loop.h"
#include "net/tls_context.h"
#include "server/connection.h"
#include "server/http2_server.h"
#include "server/settings.h"
#include "sse/log.h"

namespace sse::server {

/// The HTTP side of one loop: its listeners and its connections. Owned by main, lives on its loop. A listener pauses
/// without spinning when descriptors run out, or room in its admission, and goes on when there is some.
class HttpServer {
 public:
  HttpServer(net::EventLoop& loop, Handler& handler, const ServerSettings& settings, ServerMetrics& metrics,
             Logger& log);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Takes over a listening socket, whose connections are counted by `admission`. [loop]
  void listen(base::Fd listener, net::Admission& admission, bool admin);
  /// Connections that come from now on, but for those of admin.port, speak TLS with these certificates. [loop]
  void setTls(std::shared_ptr<const net::TlsContext> tls) { tls_ = std::move(tls); }
  /// Accepts until there is nobody left in the queue, then closes the listeners. [loop]
  void closeListeners();
  /// Ends idle connections at once, the others after their response; `done` is called when no response is due any more,
  /// or after kDrainLimit. [loop]
  void drain(std::function<void()> done);
  static constexpr Duration kDrainLimit{2'000};

  /// The connection, if it is still there. [loop]
  [[nodiscard]] Exchange* find(const ConnectionId& id);
  /// A held connection is handled once more: it may be held again. [loop]
  static void reopen(Exchange& exchange) { exchange.reopen(); }
  /// A connection that was held has been answered: goes on reading. [loop]
  static void answered(Exchange& exchange) { exchange.answered(); }
  /// Writes all responses of this turn; true when some connection has more to read. [loop]
  bool turn();

  /// Asks clients of HTTP/2 to send further requests elsewhere. [loop]
  void shutdownNotice() { http2_.shutdownNotice(); }
  /// For whoever reads a socket during this turn. [loop]
  [[nodiscard]] std::span<char> readBuffer() { return *buffer_; }

  [[nodiscard]] std::size_t size() const { return open_; }
  [[nodiscard]] net::EventLoop& loop() { return loop_; }
  /// RFC 9110 6.6.1, made once a second. [loop]
  [[nodiscard]] const std::string& date();

 private:
  friend class Connection;
  class Listener;
  struct WaitList {
    Connection* oldest = nullptr;
    Connection* newest = nullptr;
    std::int64_t time_ms = 0;
  };
  static constexpr std::size_t kReadBuffer = 64 << 10;

  [[nodiscard]] Connection* at(const ConnectionId& id);
  void toHttp2(Connection& connection, std::string_view received);
  bool accept(Listener& listener);
  void adopt(int fd, const net::Address& address, Listener& listener);
  void pause(Listener& listener, const std::string& why);
  void tlsFailed(const Connection& connection, const std::string& why);
  void remove(Connection& connection);
  void release(Connection& connection);
  void markDirty(Connection& connection);
  void readAgain(Connection& connection);
  void enlist(Connection& connection, Connection::Waiting waiting);
  void delist(Connection& connection);
  void tick();
  void drainTick();
  [[nodiscard]] bool responsesDue() const;
  void expire(Connection& connection);
  [[nodiscard]] Counter* limitOf(Connection::Waiting waiting);
  [[nodiscard]] std::int64_t nowMs() const;

  net::EventLoop& loop_;
  Handler& handler_;
  const ServerSettings settings_;
  ServerMetrics& metrics_;
  Logger& log_;
  std::shared_ptr<const net::TlsContext> tls_;  ///< none: plain
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Connection>> connections_;  ///< by descriptor
  std::size_t open_ = 0;
  std::uint64_t generation_ = 0;
  std::array<WaitList, 7> lists_{};
  std::vector<ConnectionId> dirty_;
  std::vector<ConnectionId> read_again_;
  std::unique_ptr<std::array<char, kReadBuffer>> buffer_;
  http::Head head_;
  Http2Server http2_;
  std::string date_;
  std::int64_t date_at_ = -1;
  std::optional<Clock::time_point> tls_failure_told_;
  std::uint64_t tls_failures_untold_ = 0;
  bool draining_ = false;
  std::function<void()> drained_;
  std::int64_t drain_until_ms_ = 0;
  Registration drain_ticker_;
  Registration ticker_;
};

}  // namespace sse::server
