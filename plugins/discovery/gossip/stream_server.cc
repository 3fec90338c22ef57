#include "discovery/gossip/stream_server.h"

#include <array>
#include <cerrno>
#include <utility>

namespace sse::gossip {
namespace {

constexpr int kAcceptsPerTurn = 16;
constexpr std::size_t kBytesPerTurn = std::size_t{64} << 10;

}  // namespace

struct StreamServer::Stream {
  std::uint64_t number;  // in the order of accepting
  Descriptor fd;
  std::string from;
  std::shared_ptr<const WireSettings> wire;  // kept as it was when the stream began
  StreamDecoder decoder;
  std::size_t bytes = 0;
  std::string out;
  bool answered = false;  // what still comes is thrown away
  Registration watch;
  Registration timer;
};

StreamServer::StreamServer(Loop& loop, int listener, Duration timeout, Ties ties)
    : loop_(loop), listener_(listener), timeout_(timeout), ties_(std::move(ties)) {
  listen();
}

StreamServer::~StreamServer() = default;

void StreamServer::listen() {
  accepting_ = loop_.watch(listener_, kReadable, [this](std::uint32_t) { accept(); });
}

void StreamServer::accept() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    SocketAddress from;
    from.size = sizeof(from.storage);
    const int fd = ::accept4(listener_, from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) return pause();
    if (fd < 0) return;
    Descriptor taken(fd);
    const auto name = text(endpointOf(from));
    if (streams_.size() >= kMaxStreams && !makeWay()) {
      ties_.refused(name, {Code::LimitReached, "too many streams at the same time"});
      continue;
    }
    auto wire = ties_.wire();
    StreamDecoder decoder(*wire, StreamSide::Listener);
    Stream made{++accepted_, std::move(taken), name, std::move(wire), std::move(decoder), 0, {}, false, {}, {}};
    auto& stream = streams_[fd] = std::make_unique<Stream>(std::move(made));
    watch(*stream, kReadable);
    arm(*stream);
  }
}

/// The listener stays readable meanwhile: watched, it would not let the loop sleep.
void StreamServer::pause() {
  accepting_.cancel();
  retry_ = loop_.after(kAcceptRetry, [this] { listen(); });
  ties_.paused();
}

/// False where every stream has sent its request.
bool StreamServer::makeWay() {
  const Stream* oldest = nullptr;
  for (const auto& [fd, stream] : streams_) {
    if (!stream->answered && (oldest == nullptr || stream->number < oldest->number)) oldest = stream.get();
  }
  if (oldest == nullptr) return false;
  refuse(*oldest, {Code::LimitReached, "another stream took its place before its request was whole"});
  close(*oldest);
  return true;
}

void StreamServer::watch(Stream& stream, std::uint32_t interest) {
  stream.watch.cancel();
  stream.watch = loop_.watch(stream.fd.get(), interest,
                             [this, &stream](std::uint32_t) { stream.out.empty() ? read(stream) : write(stream); });
}

void StreamServer::arm(Stream& stream) {
  stream.timer = loop_.after(timeout_, [this, &stream] {
    if (!stream.answered) refuse(stream, {Code::Timeout, "the request did not come in time"});
    close(stream);
  });
}

void StreamServer::read(Stream& stream) {
  std::array<char, kBytesPerTurn> buffer;
  const auto got = ::recv(stream.fd.get(), buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    if (!stream.answered && stream.decoder.started()) refuse(stream, {Code::Unavailable, "the stream ended early"});
    return close(stream);
  }
  const auto size = static_cast<std::size_t>(got);
  ties_.bytes(size, 0);
  if (stream.answered) return;
  stream.bytes += size;
  bytes_ += size;
  if (bytes_ > kMaxBytes) {
    refuse(stream, {Code::LimitReached, "too many bytes in requests that are not whole"});
    return close(stream);
  }
  take(stream, {buffer.data(), size});
}

void StreamServer::take(Stream& stream, std::string_view bytes) {
  const auto message = stream.decoder.feed(bytes);
  if (!message.ok()) {
    refuse(stream, message.error());
    if (stream.decoder.refusal().empty()) return close(stream);
    return answer(stream, Refusal{stream.decoder.refusal()});
  }
  if (!*message) return;
  const auto reply = ties_.request(**message);
  if (!reply) return close(stream);
  answer(stream, *reply);
}

void StreamServer::answer(Stream& stream, const StreamMessage& message) {
  auto bytes = encodeStream(*stream.wire, message, StreamSide::Listener);
  if (!bytes.ok()) {
    refuse(stream, bytes.error());
    return close(stream);
  }
  stream.answered = true;
  bytes_ -= std::exchange(stream.bytes, 0);
  ties_.bytes(0, bytes->size());
  stream.out = std::move(*bytes);
  arm(stream);
  watch(stream, kWritable);
}

/// Where all is out the other side closes: closing first, with something of it unread, could take the answer from it.
void StreamServer::write(Stream& stream) {
  const auto put = ::send(stream.fd.get(), stream.out.data(), stream.out.size(), MSG_NOSIGNAL);
  if (put < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (put < 0) return close(stream);
  stream.out.erase(0, static_cast<std::size_t>(put));
  if (!stream.out.empty()) return;
  ::shutdown(stream.fd.get(), SHUT_WR);
  watch(stream, kReadable);
}

void StreamServer::refuse(const Stream& stream, const Error& error) { ties_.refused(stream.from, error); }

void StreamServer::close(const Stream& stream) {
  bytes_ -= stream.bytes;
  const auto found = streams_.find(stream.fd.get());
  // The descriptor may be closed only when nobody watches it.
  found->second->watch.cancel();
  streams_.erase(found);
}

}  // namespace sse::gossip
