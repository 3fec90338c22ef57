#include "auth/webhook/connection.h"

#include <array>
#include <utility>

namespace sse::webhook {

Connection::Connection(Host& host, const Endpoint& endpoint, Resolver& resolver, std::function<void()> broken)
    : host_(host), endpoint_(endpoint), resolver_(resolver), broken_(std::move(broken)) {}

Connection::~Connection() { watch_.cancel(); }

void Connection::send(std::string request, Done done) {
  done_ = std::move(done);
  request_ = std::move(request);
  reader_ = {};
  stale_ = false;
  if (stream_ != nullptr) return push();
  resolver_.ask([this, alive = std::weak_ptr<bool>(alive_)](const Result<Addresses>& found) {
    if (alive.expired()) return;
    if (!found.ok()) return finish(found.error());
    addresses_ = *found;
    connect();
  });
}

/// To the next address that takes it.
void Connection::connect() {
  Error problem{Code::Unavailable, "no address to connect to"};
  while (!addresses_.empty()) {
    watch_.cancel();
    auto socket = SocketStream::connectTo(addresses_.front(), endpoint_.port);
    addresses_.erase(addresses_.begin());
    if (socket.ok()) {
      socket_ = std::move(*socket);
      return watch(kWritable);
    }
    problem = socket.error();
  }
  resolver_.forget();
  finish(problem);
}

void Connection::watch(std::uint32_t wanted) {
  if (wanted == interest_ && watch_.active()) return;
  interest_ = wanted;
  watch_.cancel();
  const int fd = tls_ ? tls_->fd() : socket_->fd();
  watch_ = host_.loop().watch(fd, wanted, [this](std::uint32_t ready) { onReady(ready); });
}

void Connection::onReady(std::uint32_t ready) {
  if (stream_ == nullptr) return tls_ ? shakeHands() : reached();
  const std::weak_ptr<bool> alive = alive_;
  if ((ready & kReadable) != 0) pull();
  if (alive.expired() || !done_ || (ready & kWritable) == 0) return;
  push();
}

/// The connection is made, or not.
void Connection::reached() {
  const auto outcome = socket_->connected();
  if (!outcome.ok() && !addresses_.empty()) return connect();
  if (!outcome.ok()) {
    resolver_.forget();
    return finish(outcome.error());
  }
  if (endpoint_.tls) {
    watch_.cancel();
    tls_ = endpoint_.tls->secure(std::exchange(socket_, nullptr)->release(), endpoint_.host);
    return shakeHands();
  }
  stream_ = socket_.get();
  push();
}

void Connection::shakeHands() {
  const auto waits = tls_->handshake();
  if (!waits.ok()) return finish(waits.error());
  if (*waits != 0) return watch(*waits);
  stream_ = tls_.get();
  push();
}

/// Hands on what is to be sent, as far as the stream takes it.
void Connection::push() {
  while (!request_.empty()) {
    const iovec part{request_.data(), request_.size()};
    const auto put = stream_->write(std::span<const iovec>(&part, 1));
    // What the server said before it closed may still be there to be read.
    if (!put.ok()) return pull();
    if (*put == 0) break;
    request_.erase(0, *put);
  }
  watch(request_.empty() ? kReadable : kReadable | kWritable);
}

/// Until nothing is left, or the question has ended: with TLS there may be bytes, or an end, of which the descriptor
/// does not tell.
void Connection::pull() {
  std::array<char, 16384> block;
  const std::weak_ptr<bool> alive = alive_;
  do {
    const auto got = stream_->read(block);
    if (!got.ok()) return onEnd(got.error());
    if (*got == 0) return;
    // Between two questions nothing is expected.
    if (!done_) return breakOff();
    take({block.data(), *got});
  } while (!alive.expired() && done_);
}

void Connection::take(std::string_view bytes) {
  auto answer = reader_.take(bytes);
  if (!answer.ok()) return finish(answer.error());
  if (!*answer) return;
  std::array<char, 1> more;
  const auto quiet = stream_->read(more);
  (*answer)->reusable = (*answer)->reusable && request_.empty() && quiet.ok() && *quiet == 0;
  finish(std::move(**answer));
}

/// An answer that lasts until the end may be cut short by somebody in between, by TLS too. It is JSON then, which tells
/// its own end, or a refusal, whatever its body.
void Connection::onEnd(const Error& why) {
  if (!done_) return breakOff();
  finish(why.code == Code::Unavailable ? reader_.end() : why);
}

void Connection::breakOff() {
  const auto broken = broken_;
  broken();
}

void Connection::finish(Result<HttpAnswer> answer) {
  stale_ = !answer.ok() && used_ && !reader_.begun();
  used_ = true;
  const auto done = std::exchange(done_, nullptr);
  if (!answer.ok() || !answer->reusable) watch_.cancel();
  if (done) done(std::move(answer));
}

}  // namespace sse::webhook
