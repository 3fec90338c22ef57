#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/chunked_decoder.h"
#include "http/head.h"
#include "http/response.h"
#include "net/connected.h"
#include "net/event_loop.h"
#include "server/exchange.h"

namespace sse::server {

class HttpServer;

/// One HTTP/1 connection until it closes or becomes a stream: reads, takes requests apart, one after the other, writes
/// responses in order. Buffers are empty between requests. Owned by its HttpServer, lives on its loop; responses leave
/// in one write at the end of the turn.
class Connection final : public net::Pollable, public Exchange {
 public:
  Connection(HttpServer& server, net::Connected socket, const Origin& origin);

  void onReady(std::uint32_t ready) override;

  [[nodiscard]] ConnectionId id() const override { return {index_, generation_, 0}; }
  [[nodiscard]] bool closed() const override { return closed_; }
  [[nodiscard]] const Origin& origin() const override { return origin_; }
  [[nodiscard]] const net::TlsSession* tls() const override { return socket_.tls.get(); }

  void respond(int status, std::string_view content_type, std::string_view body,
               std::span<const http::Header> extra = {}) override;
  /// Appends raw bytes and ends the connection behind them. [loop]
  void respondRaw(std::string_view bytes);
  void respondId(std::string_view id) override;
  ConnectionId hold() override;
  void answered() override;
  Upstream beginStream() override;
  Connection* wholeConnection() override { return this; }
  /// Gives the socket away together with what came behind the request. The connection is gone at the turn's end. [loop]
  net::Connected detach(std::string* received = nullptr);
  /// Answers to earlier requests that are not written yet: to be sent first by whoever takes the socket over. [loop]
  [[nodiscard]] std::string takeUnsent();
  /// What was sent but not answered goes first, then the connection closes. [loop]
  void closeSoon() { framing_.keep_alive = false; }

 private:
  friend class HttpServer;
  enum class Waiting : std::uint8_t { Nothing, Handshake, Head, Body, Request, Writing, Goodbye };

  void readAll();
  void handshakeDone();
  void broken();
  void endOfInput();
  void take(std::string_view fresh);
  std::size_t process(std::string_view bytes);
  bool preface(std::string_view bytes);
  bool takeBody(std::string_view bytes, const http::Head& head, std::size_t head_size, std::string_view& body,
                std::size_t& used);
  void fail(const http::Problem& problem);
  void flush();
  void resume();
  void finish();
  void goodbye();
  void wait(Waiting waiting);

  HttpServer& server_;
  net::Connected socket_;
  const int index_;  ///< the descriptor, also after it was given away
  std::uint64_t generation_ = 0;
  const Origin origin_;
  std::string_view behind_;  ///< what came after the request, during onRequest
  std::string in_;
  std::string out_;
  std::size_t sent_ = 0;
  std::size_t need_ = 0;        ///< bytes of the request under way that must be there before parsing makes sense
  std::size_t chunks_fed_ = 0;  ///< bytes of the request that went through the decoder, head included
  http::ChunkedDecoder decoder_;
  std::string body_;
  Connection* newer_ = nullptr;  ///< neighbours in the list of those who wait for the same thing
  Connection* older_ = nullptr;
  std::int64_t deadline_ms_ = 0;
  Waiting waiting_ = Waiting::Nothing;
  bool handshaking_ = false;  ///< of TLS
  bool unread_ = false;       ///< the socket may have bytes that were left there
  bool ending_ = false;       ///< the end of the other side's bytes is near: to be read up to there
  bool peer_done_ = false;    ///< the other side sends no more
  bool first_ = true;         ///< no request has been read yet
  bool continued_ = false;    ///< 100 has been sent for the request under way
  bool dirty_ = false;
  bool blocked_ = false;    ///< the socket is full
  bool lingering_ = false;  ///< only waits for the other side to close
  bool closed_ = false;
};

}  // namespace sse::server
