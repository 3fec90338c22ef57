#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "http/http2_session.h"
#include "net/connected.h"
#include "net/event_loop.h"
#include "net/outbox.h"
#include "server/http2_exchange.h"
#include "sse/metrics.h"

namespace sse::server {

class Http2Server;

/// One HTTP/2 connection: a socket, the frames on it, and its streams. What goes out in a turn leaves in one gathered
/// write at its end; what the socket does not take waits in the outbox, of a bounded size, and the streams wait with
/// it. Owned by its Http2Server, lives on its loop.
class Http2Connection final : public net::Pollable, private http::Http2Session::Owner {
 public:
  Http2Connection(Http2Server& server, net::Connected socket, const Origin& origin, std::uint64_t generation);
  ~Http2Connection();

  void onReady(std::uint32_t ready) override;
  /// Takes what was read already, then reads on. [loop]
  void begin(std::string_view received);
  void readAll();
  /// Writes what is due; true when there is more to do at once. [loop]
  bool turn();
  /// Ends everything; the descriptor closes with the turn. [loop]
  void close();
  /// Looks at what has waited too long. [loop]
  void tick(std::uint32_t now_s);
  /// Asks the client for no further requests. [loop]
  void shutdownNotice();
  /// No further requests; closes once the open streams are over. [loop]
  void goodbye();

  [[nodiscard]] int fd() const { return index_; }
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] const Origin& origin() const { return origin_; }
  [[nodiscard]] const net::TlsSession* tls() const { return socket_.tls.get(); }
  /// A response is due or on its way.
  [[nodiscard]] bool busy() const { return !closed_ && (busy_ > 0 || outbox_.size() > 0); }
  [[nodiscard]] Exchange* find(std::int32_t stream) const;

 private:
  friend class Http2Exchange;
  friend class Http2Server;
  /// What one exchange sends right now.
  struct Sending {
    const Http2Exchange* who = nullptr;
    std::span<const net::Piece> pieces;
    const net::Keeper* keeper = nullptr;
    std::size_t left = 0;
    std::size_t offset = 0;  ///< of the first piece, taken already
  };
  enum class What : std::uint8_t { Request, Writable, Closed };
  struct Todo {
    Http2Exchange* exchange;
    What what;
  };

  http::Http2Stream* onStream(std::int32_t id) override;
  void onRequest(http::Http2Stream& stream) override;
  void onClosed(http::Http2Stream& stream) override;
  void onBytes(std::string_view bytes) override { outbox_.copy(bytes); }
  bool room() override;

  void take(std::string_view bytes);
  void produce();
  void count();
  void dispatch();
  void handle(Http2Exchange& exchange);
  void refuse(Http2Exchange& exchange, const http::Problem& problem);
  void forget(Http2Exchange& exchange);
  std::size_t sendNow(Http2Exchange& exchange, std::span<const net::Piece> pieces, const net::Keeper& keeper);
  void waitForRoom(Http2Exchange& exchange);
  void wake();
  void flush();
  void report();
  void markDirty();
  void endLate(Counter& limit);
  void tickStreams(std::uint32_t now_s);

  Http2Server& server_;
  net::Connected socket_;
  const int index_;
  const std::uint64_t generation_;
  const Origin origin_;
  net::Outbox outbox_;
  http::Http2Session session_;
  std::vector<Http2Exchange*> exchanges_;  ///< owned
  std::vector<Todo> todo_;
  std::vector<Http2Exchange*> waiting_;
  Sending sending_;
  std::size_t busy_ = 0;      ///< exchanges that are no streams of events
  std::size_t reported_ = 0;  ///< bytes of the outbox that the gauge knows
  std::uint32_t quiet_since_ = 0;
  bool blocked_ = false;  ///< the socket is full
  bool broken_ = false;   ///< to be closed at once
  bool ending_ = false;   ///< to be closed when what is due is out
  bool overdue_ = false;  ///< it was ending when it was last looked at
  bool flooded_ = false;
  bool noticed_ = false;
  bool farewelled_ = false;  ///< over a connection limit, and answered: no further requests
  bool dirty_ = false;
  bool closed_ = false;
};

}  // namespace sse::server
