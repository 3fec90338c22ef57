#include "auth/webhook/connection.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>
#include <utility>

namespace sse::webhook {
namespace {

Error systemError(int number) { return {Code::Unavailable, std::strerror(number)}; }

}  // namespace

Connection::Connection(Host& host, const Endpoint& endpoint, Resolver& resolver, std::function<void()> broken)
    : host_(host), endpoint_(endpoint), resolver_(resolver), broken_(std::move(broken)) {}

Connection::~Connection() {
  watch_.cancel();
  if (fd_ >= 0) ::close(fd_);
}

void Connection::send(std::string request, Done done) {
  done_ = std::move(done);
  request_ = std::move(request);
  reader_ = {};
  stale_ = false;
  if (connected_) return push();
  resolver_.ask([this, alive = std::weak_ptr<bool>(alive_)](const Result<Addresses>& found) {
    if (alive.expired()) return;
    if (!found.ok()) return finish(found.error());
    addresses_ = *found;
    connect();
  });
}

/// To the next address that takes it.
void Connection::connect() {
  int problem = EADDRNOTAVAIL;
  while (!addresses_.empty()) {
    const auto address = addresses_.front();
    addresses_.erase(addresses_.begin());
    watch_.cancel();
    if (fd_ >= 0) ::close(fd_);
    fd_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    problem = errno;
    if (fd_ < 0) continue;
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const bool begun = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0;
    problem = errno;
    if (!begun && problem != EINPROGRESS) continue;
    interest_ = 0;
    return watch();
  }
  resolver_.forget();
  finish(systemError(problem));
}

void Connection::watch() {
  const std::uint32_t wanted = !connected_ || !out_.empty() ? kReadable | kWritable : kReadable;
  if (wanted == interest_ && watch_.active()) return;
  interest_ = wanted;
  watch_.cancel();
  watch_ = host_.loop().watch(fd_, wanted, [this](std::uint32_t ready) { onReady(ready); });
}

void Connection::onReady(std::uint32_t ready) {
  if (!connected_) return onConnected();
  const std::weak_ptr<bool> alive = alive_;
  if ((ready & kReadable) != 0) pull();
  if (alive.expired() || !done_ || (ready & kWritable) == 0) return;
  push();
}

void Connection::onConnected() {
  int problem = 0;
  socklen_t size = sizeof(problem);
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &problem, &size) != 0) problem = errno;
  if (problem != 0 && !addresses_.empty()) return connect();
  if (problem != 0) {
    resolver_.forget();
    return finish(systemError(problem));
  }
  connected_ = true;
  if (endpoint_.tls) tls_ = std::make_unique<TlsSession>(endpoint_.tls, endpoint_.host);
  push();
}

/// Hands on what is to be sent, as far as the socket takes it.
void Connection::push() {
  const auto request = std::exchange(request_, {});
  if (tls_) {
    tls_->send(request);
    if (auto flushed = tls_->flush(out_); !flushed.ok()) return finish(flushed.error());
  } else {
    out_ += request;
  }
  while (!out_.empty()) {
    const auto put = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    // What the server said before it closed may still be there to be read.
    if (put < 0) return pull();
    out_.erase(0, static_cast<std::size_t>(put));
  }
  watch();
}

void Connection::pull() {
  std::array<char, 16384> block{};
  const auto got = ::recv(fd_, block.data(), block.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (got <= 0) return onEnd();
  std::string plain(block.data(), tls_ ? 0U : static_cast<std::size_t>(got));
  if (tls_) {
    const auto received = tls_->receive({block.data(), static_cast<std::size_t>(got)}, plain);
    if (!received.ok()) return finish(received.error());
  }
  // Between two questions only tickets of TLS are expected.
  if (!done_) {
    if (!plain.empty() || (tls_ && tls_->ended())) breakOff();
    return;
  }
  auto answer = reader_.take(plain);
  if (!answer.ok()) return finish(answer.error());
  if (*answer) {
    (*answer)->reusable = (*answer)->reusable && out_.empty() && !(tls_ && tls_->ended());
    return finish(std::move(**answer));
  }
  if (tls_ && tls_->ended()) return onEnd();
  if (tls_) push();
}

void Connection::onEnd() {
  if (!done_) return breakOff();
  // Without TLS's own end somebody else may have cut the answer short.
  const bool cut = tls_ && !tls_->ended() && reader_.begun();
  finish(cut ? Error{Code::Unavailable, "the answer broke off"} : reader_.end());
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
