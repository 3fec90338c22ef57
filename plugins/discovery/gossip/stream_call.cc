#include "discovery/gossip/stream_call.h"

#include <array>
#include <cerrno>
#include <utility>

namespace sse::gossip {

StreamCall::StreamCall(Loop& loop, std::shared_ptr<const WireSettings> wire, Duration limit, Done done,
                       std::function<void(std::size_t in, std::size_t out)> bytes)
    : loop_(loop),
      wire_(std::move(wire)),
      limit_(limit),
      done_(std::move(done)),
      bytes_(std::move(bytes)),
      decoder_(*wire_, StreamSide::Initiator) {}

void StreamCall::start(const Endpoint& to, const StreamMessage& request) {
  auto bytes = encodeStream(*wire_, request, StreamSide::Initiator);
  if (!bytes.ok()) return failLater(bytes.error());
  out_ = std::move(*bytes);
  const int family = plainAddress(to.address).size() == 4 ? AF_INET : AF_INET6;
  const auto target = socketAddress(family, to);
  fd_ = Descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd_.get() < 0) return failLater(systemError("socket"));
  if (::connect(fd_.get(), target.get(), target.size) != 0 && errno != EINPROGRESS) {
    return failLater(systemError("connect"));
  }
  timer_ = loop_.after(limit_, [this] { finish(Error{Code::Timeout, "no answer in time"}); });
  watch_ = loop_.watch(fd_.get(), kWritable, [this](std::uint32_t) { write(); });
}

void StreamCall::failLater(Error error) {
  timer_ = loop_.after(Duration(0), [this, error = std::move(error)] { finish(error); });
}

void StreamCall::write() {
  if (!std::exchange(connected_, true)) {
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    if (error != 0) return finish(systemError("connect"));
  }
  const auto put = ::send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
  if (put < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (put < 0) return finish(systemError("send"));
  bytes_(0, static_cast<std::size_t>(put));
  out_.erase(0, static_cast<std::size_t>(put));
  if (!out_.empty()) return;
  watch_.cancel();
  watch_ = loop_.watch(fd_.get(), kReadable, [this](std::uint32_t) { read(); });
}

void StreamCall::read() {
  std::array<char, std::size_t{64} << 10> buffer;
  const auto got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) return finish(systemError("receive"));
  if (got == 0) {
    return finish(Error{Code::Unavailable, decoder_.started() ? "the answer ended early"
                                                              : "closed without an answer; is the label the same?"});
  }
  bytes_(static_cast<std::size_t>(got), 0);
  auto message = decoder_.feed({buffer.data(), static_cast<std::size_t>(got)});
  if (!message.ok()) return finish(message.error());
  if (*message) finish(std::move(**message));
}

void StreamCall::finish(Result<StreamMessage> result) {
  watch_.cancel();
  timer_.cancel();
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace sse::gossip
