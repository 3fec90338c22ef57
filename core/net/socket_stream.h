#pragma once

#include <span>

#include "net/connected.h"
#include "sse/transport.h"

namespace sse::net {

/// A connected TCP socket as plugins see it. [owner]
class SocketStream final : public Stream {
 public:
  explicit SocketStream(Connected socket) : socket_(std::move(socket)) {}
  Result<std::size_t> read(std::span<char> into) override;
  Result<std::size_t> write(std::span<const iovec> parts) override;
  [[nodiscard]] int fd() const override { return socket_.fd.get(); }
  /// Why TLS broke or else, by errno, a call failed a moment ago. [owner]
  [[nodiscard]] Error broken() const;

 private:
  Connected socket_;
};

}  // namespace sse::net
