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

namespace sse::server {

class Connection;
class HttpServer;

/// Names a connection across turns: it may be gone when an answer is ready.
struct ConnectionId {
  int fd = -1;
  std::uint64_t generation = 0;
};

/// Answers requests. One per loop.
class Handler {
 public:
  /// A whole request. Head and body are valid during the call only. The handler responds, holds or detaches. [loop]
  virtual void onRequest(Connection& connection, const http::Head& head, std::string_view body) = 0;
  /// The connection is about to answer by itself: responses that are due before must be written now. [loop]
  virtual void settle() = 0;

 protected:
  ~Handler() = default;
};

/// Header lines, each with CRLF, as values; views into `lines`. [any]
std::vector<http::Header> asHeaders(std::string_view lines);

/// One HTTP/1 connection until it closes or becomes a stream: reads, takes requests apart, one after the other, writes
/// responses in order. Buffers are empty between requests. Owned by its HttpServer, lives on its loop; responses leave
/// in one write at the end of the turn.
class Connection final : public net::Pollable {
 public:
  Connection(HttpServer& server, net::Connected socket, const net::Address& address, bool overload, bool admin);

  void onReady(std::uint32_t ready) override;

  [[nodiscard]] ConnectionId id() const { return {index_, generation_}; }
  [[nodiscard]] bool closed() const { return closed_; }
  /// Over a connection limit: everything is to be refused for now.
  [[nodiscard]] bool overload() const { return overload_; }
  /// Came by admin.port.
  [[nodiscard]] bool admin() const { return admin_; }
  [[nodiscard]] std::string address() const { return net::addressText(address_); }
  /// The session of a connection by TLS; null: it came without. [loop]
  [[nodiscard]] const net::TlsSession* tls() const { return socket_.tls.get(); }
  [[nodiscard]] const net::Address& rawAddress() const { return address_; }

  /// Appends a whole response to the request being handled, or held. HEAD gets the head alone. [loop]
  void respond(int status, std::string_view content_type, std::string_view body,
               std::span<const http::Header> extra = {});
  /// Header lines, each with CRLF, that every response of this request carries. [loop]
  void setHeaders(std::string lines) { headers_ = std::move(lines); }
  [[nodiscard]] const std::string& headers() const { return headers_; }
  /// The same as a problem document; 4xx that lose framing are the connection's own business. [loop]
  void problem(int status, std::string_view detail, std::span<const http::Header> extra = {});
  /// Appends raw bytes and ends the connection behind them. [loop]
  void respondRaw(std::string_view bytes);
  /// For a publish: `{"id":"…"}` with 200, without building anything in between. [loop]
  void respondId(std::string_view id);
  /// The response comes later, by HttpServer::find; no further request is read until then. [loop]
  ConnectionId hold();
  /// Gives the socket away together with what came behind the request. The connection is gone at the turn's end. [loop]
  net::Connected detach(std::string* received = nullptr);
  /// Answers to earlier requests that are not written yet: to be sent first by whoever takes the socket over. [loop]
  [[nodiscard]] std::string takeUnsent();
  /// What was sent but not answered goes first, then the connection closes. [loop]
  void closeSoon() { framing_.keep_alive = false; }
  /// A response is still due, and no further request is read. [loop]
  [[nodiscard]] bool held() const { return held_; }
  /// The request being handled, head and body as they came: to be kept while its answer takes time. [loop]
  [[nodiscard]] std::string_view request() const { return request_; }
  /// How responses are written now. Who answers an earlier request of the turn (a publish) sets that request's and puts
  /// the present one back. [loop]
  struct Framing {
    std::int8_t minor = 1;
    bool keep_alive = true;
    bool head_only = false;
  };
  [[nodiscard]] const Framing& framing() const { return framing_; }
  void setFraming(const Framing& framing) { framing_ = framing; }

 private:
  friend class HttpServer;
  enum class Waiting : std::uint8_t { Nothing, Handshake, Head, Body, Request, Writing, Goodbye };

  void readAll();
  void handshakeDone();
  void broken();
  void endOfInput();
  void take(std::string_view fresh);
  std::size_t process(std::string_view bytes);
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
  net::Address address_;
  std::string_view request_;  ///< during onRequest…
  std::string_view behind_;   ///< …and what came after it
  std::string in_;
  std::string out_;
  std::string headers_;
  std::size_t sent_ = 0;
  std::size_t need_ = 0;        ///< bytes of the request under way that must be there before parsing makes sense
  std::size_t chunks_fed_ = 0;  ///< bytes of the request that went through the decoder, head included
  http::ChunkedDecoder decoder_;
  std::string body_;
  Connection* newer_ = nullptr;  ///< neighbours in the list of those who wait for the same thing
  Connection* older_ = nullptr;
  std::int64_t deadline_ms_ = 0;
  Waiting waiting_ = Waiting::Nothing;
  Framing framing_;
  bool overload_ = false;
  bool admin_ = false;
  bool handshaking_ = false;  ///< of TLS
  bool held_ = false;
  bool unread_ = false;     ///< the socket may have bytes that were left there
  bool ending_ = false;     ///< the end of the other side's bytes is near: to be read up to there
  bool peer_done_ = false;  ///< the other side sends no more
  bool continued_ = false;  ///< 100 has been sent for the request under way
  bool dirty_ = false;
  bool blocked_ = false;    ///< the socket is full
  bool lingering_ = false;  ///< only waits for the other side to close
  bool closed_ = false;
};

}  // namespace sse::server
