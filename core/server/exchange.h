#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/head.h"
#include "http/response.h"
#include "net/connected.h"
#include "net/outlet.h"

namespace sse::server {

class Connection;

/// Names a request's place across turns: it may be gone when an answer is ready.
struct ConnectionId {
  int fd = -1;
  std::uint64_t generation = 0;
  std::int32_t stream = 0;  ///< of HTTP/2
};

/// Where requests of a connection come from.
struct Origin {
  net::Address address{};
  bool overload = false;  ///< over a connection limit: everything is to be refused for now
  bool admin = false;     ///< by admin.port
};

/// What a stream of events goes out by: a socket of its own, or an outlet of a shared connection.
struct Upstream {
  net::Connected socket;
  net::Outlet* outlet = nullptr;
  bool chunked = false;  ///< else blocks as they are
  std::string head;      ///< to be sent before anything else
};

/// Header lines, each with CRLF, as values; views into `lines`. [any]
std::vector<http::Header> asHeaders(std::string_view lines);

/// One request and the place of its answer: an HTTP/1 connection, or a stream of HTTP/2. Owned by its server, lives on
/// its loop, to the end of the turn in which it closed.
class Exchange {
 public:
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] virtual ConnectionId id() const = 0;
  [[nodiscard]] virtual bool closed() const = 0;
  [[nodiscard]] virtual const Origin& origin() const = 0;
  /// The session of a connection by TLS; null: it came without. [loop]
  [[nodiscard]] virtual const net::TlsSession* tls() const = 0;
  [[nodiscard]] bool overload() const { return origin().overload; }
  [[nodiscard]] bool admin() const { return origin().admin; }
  [[nodiscard]] std::string address() const { return net::addressText(origin().address); }

  /// Answers the request being handled, or held. HEAD gets the head alone. [loop]
  virtual void respond(int status, std::string_view content_type, std::string_view body,
                       std::span<const http::Header> extra = {}) = 0;
  /// The same as a problem document; 4xx that lose framing are the connection's own business. [loop]
  void problem(int status, std::string_view detail, std::span<const http::Header> extra = {}) {
    respond(status, http::kProblemType, http::problemJson(status, detail), extra);
  }
  /// For a publish: `{"id":"…"}` with 200. [loop]
  virtual void respondId(std::string_view id) = 0;
  /// Header lines, each with CRLF, that every response of this request carries. [loop]
  void setHeaders(std::string lines) { headers_ = std::move(lines); }
  [[nodiscard]] const std::string& headers() const { return headers_; }

  /// Answers with the head of a stream of events and gives the way for what follows; the exchange is over. [loop]
  virtual Upstream beginStream() = 0;
  /// The connection, where it is this request's alone; else none. [loop]
  virtual Connection* wholeConnection() { return nullptr; }

  /// The response comes later, by HttpServer::find; of the same connection of HTTP/1 no further request is read until
  /// then. [loop]
  virtual ConnectionId hold() = 0;
  /// A response is still due. [loop]
  [[nodiscard]] bool held() const { return held_; }
  /// It was held and has been answered. [loop]
  virtual void answered() = 0;
  /// It was held and is handled once more: it may be held again. [loop]
  void reopen() { held_ = false; }
  /// The request being handled, head and body, as of HTTP/1.1: to be kept while its answer takes time. [loop]
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

 protected:
  Exchange() = default;
  ~Exchange() = default;

  std::string headers_;
  std::string_view request_;  ///< during Handler::onRequest
  Framing framing_;
  bool held_ = false;
};

/// Answers requests. One per loop.
class Handler {
 public:
  /// A whole request. Head and body are valid during the call only. The handler responds, holds or begins a stream.
  /// [loop]
  virtual void onRequest(Exchange& exchange, const http::Head& head, std::string_view body) = 0;
  /// The connection is about to answer by itself: responses that are due before must be written now. [loop]
  virtual void settle() = 0;

 protected:
  ~Handler() = default;
};

}  // namespace sse::server
