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

 private:
  /// Why a call failed, by errno.
  [[nodiscard]] Error broken() const;

  Connected socket_;
};

}  // namespace sse::net
