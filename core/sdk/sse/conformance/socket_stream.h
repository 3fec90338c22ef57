#pragma once

#include <memory>
#include <utility>

#include "sse/transport.h"

namespace sse::conformance {

/// A connected, non-blocking socket as a stream. Owned by whoever holds it.
class SocketStream final : public Stream {
 public:
  /// Takes over `fd`.
  explicit SocketStream(int fd) : fd_(std::make_shared<const int>(fd)) {}
  ~SocketStream() override;
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  Result<std::size_t> read(std::span<char> into) override;
  Result<std::size_t> write(std::span<const iovec> parts) override;
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
  std::shared_ptr<const int> fd_;
};

}  // namespace sse::conformance
