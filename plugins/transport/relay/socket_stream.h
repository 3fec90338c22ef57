#pragma once

#include <memory>
#include <string>
#include <utility>

#include "sse/transport.h"

namespace sse::relay {

/// A connected, or connecting, non-blocking TCP socket. Owned by whoever holds it.
class SocketStream final : public Stream {
 public:
  /// Begins to connect to a numeric address; writable once it is done. TCP_NODELAY is on, and a peer that is silent on
  /// the TCP level for 15 s breaks the connection. [any]
  static Result<std::unique_ptr<SocketStream>> connectTo(const std::string& address, std::uint16_t port);

  /// Takes over `fd`. [any]
  explicit SocketStream(int fd) : fd_(fd) {}
  ~SocketStream() override;
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  Result<std::size_t> read(std::span<char> into) override;
  Result<std::size_t> write(std::span<const iovec> parts) override;
  [[nodiscard]] int fd() const override { return fd_; }

  /// Hands the descriptor over; nothing else may be called then. [owner]
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  /// How connecting went, once the socket is writable. [owner]
  [[nodiscard]] Result<void> connected() const;

 private:
  int fd_;
};

}  // namespace sse::relay
