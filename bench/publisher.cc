#include "bench/publisher.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <system_error>

#include "bench/sockets.h"

namespace sse::bench {

namespace {

/// The value of Content-Length in a response head. Every server here sends one.
size_t bodyLength(std::string_view head) {
  constexpr std::string_view kName = "\r\ncontent-length:";
  for (size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    if (head.size() - at < kName.size() || strncasecmp(head.data() + at, kName.data(), kName.size()) != 0) continue;
    return std::strtoul(head.data() + at + kName.size(), nullptr, 10);
  }
  throw std::runtime_error("publisher: an answer without Content-Length: " + std::string(head));
}

}  // namespace

Publisher::Publisher(Poller& poller, uint16_t port, const Tls* tls)
    : poller_(poller), fd_(connectTo(port)), tls_(tls != nullptr ? tls->dial(fd_) : nullptr) {
  poller_.add(fd_, EPOLLIN | EPOLLOUT, *this);
}

Publisher::~Publisher() {
  poller_.remove(fd_);
  if (tls_ != nullptr) Tls::free(tls_);
  closeHard(fd_);
}

void Publisher::send(std::string_view requests, uint64_t count) {
  out_ += requests;
  sent_ += count;
  flush();
}

void Publisher::drain() {
  const auto answered = [this] { return answered_; };
  if (!poller_.until([this] { return outstanding() == 0; }, answered)) {
    throw std::runtime_error("publisher: " + std::to_string(outstanding()) + " publishes unanswered for seconds");
  }
}

void Publisher::ready(uint32_t events) {
  if ((events & EPOLLOUT) != 0) flush();
  std::array<char, size_t{64} * 1024> buffer;
  for (;;) {
    const ssize_t got = tls_ != nullptr ? Tls::receive(tls_, buffer.data(), buffer.size())
                                        : recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) throw std::runtime_error("publisher: the server closed the connection");
    in_.append(buffer.data(), static_cast<size_t>(got));
    const uint64_t count = parse();
    answered_ += count;
    if (count > 0 && on_answers_) on_answers_(count);
    if (static_cast<size_t>(got) < buffer.size() && tls_ == nullptr) return;
  }
}

void Publisher::flush() {
  size_t done = 0;
  while (done < out_.size()) {
    const auto rest = std::string_view(out_).substr(done);
    const ssize_t sent =
        tls_ != nullptr ? Tls::send(tls_, rest) : ::send(fd_, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) throw std::system_error(errno, std::generic_category(), "publisher: send");
    done += static_cast<size_t>(sent);
  }
  out_.erase(0, done);
}

uint64_t Publisher::parse() {
  size_t used = 0;
  uint64_t count = 0;
  for (;;) {
    const std::string_view rest = std::string_view(in_).substr(used);
    const size_t end = rest.find("\r\n\r\n");
    if (end == std::string_view::npos) break;
    const std::string_view head = rest.substr(0, end + 2);
    if (!head.starts_with("HTTP/1.1 2")) throw std::runtime_error("publisher: expected 2xx, got: " + std::string(head));
    const size_t size = end + 4 + bodyLength(head);
    if (rest.size() < size) break;
    used += size;
    ++count;
  }
  in_.erase(0, used);
  return count;
}

}  // namespace sse::bench
