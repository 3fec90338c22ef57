#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "net/socket_stream.h"
#include "sse/tls.h"

namespace sse::net {

/// A socket of ours whose other side was asked for TLS. [owner]
class DialedStream final : public TlsStream {
 public:
  /// `socket` has a client's session; `name` is what the certificate must carry, for messages.
  DialedStream(Connected socket, std::string name);

  Result<std::uint32_t> handshake() override;
  Result<std::size_t> read(std::span<char> into) override { return stream_.read(into); }
  Result<std::size_t> write(std::span<const iovec> parts) override { return stream_.write(parts); }
  [[nodiscard]] int fd() const override { return stream_.fd(); }

 private:
  TlsSession* session_;  ///< of `stream_`
  SocketStream stream_;
  const std::string name_;
};

}  // namespace sse::net
