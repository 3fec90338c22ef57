#pragma once

#include <Poco/Exception.h>
#include <memory>
#include <string>

#include "client/stoppable_socket.h"
#include "sse/tls.h"

namespace sse::client {

/// One side does not accept the other's certificate, or the other side speaks no TLS: coming back mends nothing.
class TlsRefusal : public Poco::IOException {
 public:
  using Poco::IOException::IOException;
  [[nodiscard]] const char* name() const noexcept override { return "TLS"; }
  [[nodiscard]] Poco::Exception* clone() const override { return new TlsRefusal(*this); }
  void rethrow() const override { throw *this; }
};

/// The same socket, whose bytes go by TLS. It may connect again after a close, as Poco's sessions do. What `poll` tells
/// is of TLS itself: there may be bytes without it, and it without bytes.
class TlsSocket final : public StoppableSocket {
 public:
  /// The certificate of the other side must carry `name`, where `client` checks.
  TlsSocket(Patience patience, std::shared_ptr<const TlsClient> client, std::string name)
      : StoppableSocket(std::move(patience)), client_(std::move(client)), name_(std::move(name)) {}

  /// With the handshake.
  void connect(const Poco::Net::SocketAddress& address, const Poco::Timespan& timeout) override;
  void close() override;
  int sendBytes(const void* buffer, int length, int flags) override;
  int receiveBytes(void* buffer, int length, int flags) override;
  [[nodiscard]] bool secure() const override { return true; }

 private:
  void shakeHands(std::chrono::microseconds timeout);
  /// The connected one; throws where there is none.
  TlsStream& stream();

  const std::shared_ptr<const TlsClient> client_;
  const std::string name_;
  std::unique_ptr<TlsStream> stream_;  ///< none: not connected. Has a descriptor of its own of the same socket
};

}  // namespace sse::client
