#pragma once

#include <memory>
#include <utility>

#include "sse/socket_stream.h"

namespace sse::conformance {

/// A connected, non-blocking socket whose descriptor tests may have. Owned by whoever holds it.
class SocketStream final : public Stream {
 public:
  /// Takes over `fd`.
  explicit SocketStream(int fd) : socket_(fd), fd_(std::make_shared<const int>(fd)) {}

  Result<std::size_t> read(std::span<char> into) override { return socket_.read(into); }
  Result<std::size_t> write(std::span<const iovec> parts) override { return socket_.write(parts); }
  [[nodiscard]] int fd() const override { return *fd_; }

  /// The descriptor, as long as the stream is there: for breaking a connection that somebody else owns.
  [[nodiscard]] std::weak_ptr<const int> handle() const { return fd_; }

  /// Two streams that are connected with each other.
  static std::pair<std::unique_ptr<SocketStream>, std::unique_ptr<SocketStream>> pair();

  /// Writes as much of `bytes` as fits now.
  void put(std::string_view bytes);

  /// Reads what has come; true once the other side has closed.
  bool drained();

 private:
  sse::SocketStream socket_;
  std::shared_ptr<const int> fd_;
};

}  // namespace sse::conformance
