#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/webhook/tls_context.h"
#include "sse/result.h"

using SSL = struct ssl_st;

namespace sse::webhook {

/// The client's side of one connection by TLS: bytes in, bytes out, no socket. Owned by its connection. [owner]
class TlsSession {
 public:
  /// Greets `host`, whose certificate must be valid for that name or numeric address.
  TlsSession(std::shared_ptr<const TlsContext> context, const std::string& host);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Takes what is to be sent; it leaves when the server has proved who it is.
  void send(std::string_view plain) { pending_ += plain; }
  /// Takes what the socket received; what it means is added to `plain`. An error ends the session.
  Result<void> receive(std::string_view bytes, std::string& plain);
  /// Appends what the socket has to send now.
  Result<void> flush(std::string& out);
  /// The server has said that nothing follows.
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  Result<void> shake();
  Result<void> read(std::string& plain);

  std::shared_ptr<const TlsContext> context_;
  SSL* ssl_;
  std::string pending_;
  bool established_ = false;
  bool ended_ = false;
};

}  // namespace sse::webhook
