#include "client/tls_socket.h"

#include <Poco/Net/NetException.h>
#include <fcntl.h>
#include <span>

#include "sse/loop.h"

namespace sse::client {
namespace {

[[noreturn]] void fail(const Error& error) {
  const bool final = error.code == Code::Unauthenticated || error.code == Code::Unsupported;
  if (final) throw TlsRefusal(error.text);
  throw Poco::IOException(error.text);
}

}  // namespace

void TlsSocket::connect(const Poco::Net::SocketAddress& address, const Poco::Timespan& timeout) {
  StoppableSocket::connect(address, timeout);
  setBlocking(false);
  const int own = ::fcntl(sockfd(), F_DUPFD_CLOEXEC, 0);
  if (own < 0) error(address.toString());
  stream_ = client_->secure(own, name_);
  shakeHands(patience().connect);
}

void TlsSocket::shakeHands(std::chrono::microseconds timeout) {
  while (true) {
    const auto waits = stream().handshake();
    if (!waits) fail(waits.error());
    if (*waits == 0) return;
    const int writable = (*waits & kWritable) != 0 ? SELECT_WRITE : 0;
    await(SELECT_READ | writable, timeout, "TLS handshake");
  }
}

void TlsSocket::close() {
  stream_.reset();
  StoppableSocket::close();
}

int TlsSocket::sendBytes(const void* buffer, int length, int /*flags*/) {
  // Only read from: iovec serves both ways.
  auto* bytes = static_cast<char*>(const_cast<void*>(buffer));
  std::size_t left = static_cast<std::size_t>(length);
  while (left > 0) {
    const iovec part{bytes, left};
    const auto taken = stream().write(std::span(&part, 1));
    if (!taken) fail(taken.error());
    bytes += *taken;
    left -= *taken;
    if (*taken == 0) await(SELECT_WRITE, patience().connect, "send");
  }
  return length;
}

int TlsSocket::receiveBytes(void* buffer, int length, int /*flags*/) {
  const std::span into(static_cast<char*>(buffer), static_cast<std::size_t>(length));
  while (true) {
    const auto got = stream().read(into);
    if (!got && got.error().code == Code::Unavailable) return 0;
    if (!got) fail(got.error());
    if (*got > 0) return static_cast<int>(*got);
    await(SELECT_READ, patience().answer, "answer");
  }
}

TlsStream& TlsSocket::stream() {
  if (stream_ == nullptr) throw Poco::Net::InvalidSocketException();
  return *stream_;
}

}  // namespace sse::client
