#include "sse/conformance/upgrade_listener.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace sse::conformance {
namespace {

constexpr int kBacklog = 64;

void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

/// The value of a request's Upgrade header; empty: none.
std::string protocolOf(std::string_view request) {
  std::string lower(request);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto header = lower.find("\r\nupgrade:");
  if (header == std::string::npos) return {};
  const auto begin = request.find_first_not_of(' ', header + sizeof("\r\nupgrade:") - 1);
  return std::string(request.substr(begin, request.find("\r\n", begin) - begin));
}

}  // namespace

UpgradeListener::UpgradeListener(Loop& loop, Accept accept) : loop_(loop), accept_(std::move(accept)) { listen(); }

UpgradeListener::~UpgradeListener() { refuse(); }

void UpgradeListener::refuse() {
  watch_.cancel();
  pending_.clear();
  if (listener_ >= 0) ::close(std::exchange(listener_, -1));
}

void UpgradeListener::listen() {
  refuse();
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  require(listener_ >= 0, "socket");
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0, "bind");
  require(::listen(listener_, kBacklog) == 0, "listen");
  socklen_t size = sizeof(address);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  watch_ = loop_.watch(listener_, kReadable, [this](std::uint32_t) { acceptAll(); });
}

void UpgradeListener::breakAll() {
  for (const auto& weak : handed_) {
    if (const auto fd = weak.lock()) ::shutdown(*fd, SHUT_RDWR);
  }
  handed_.clear();
}

void UpgradeListener::acceptAll() {
  std::erase_if(pending_, [](const auto& pending) { return !pending->watch.active(); });
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    auto pending = std::make_shared<Pending>();
    pending->stream = std::make_unique<SocketStream>(fd);
    pending->watch = loop_.watch(fd, kReadable, [this, weak = std::weak_ptr<Pending>(pending)](std::uint32_t) {
      if (const auto ready = weak.lock()) onRequest(*ready);
    });
    pending_.push_back(std::move(pending));
  }
}

void UpgradeListener::onRequest(Pending& pending) {
  char buffer[4096];
  const auto got = pending.stream->read(buffer);
  if (!got.ok()) return pending.watch.cancel();
  pending.request.append(buffer, *got);
  const auto end = pending.request.find("\r\n\r\n");
  if (end == std::string::npos) return;
  pending.watch.cancel();
  const auto protocol = protocolOf(pending.request);
  const auto text = answerTo(protocol);
  pending.stream->put(text);
  if (!accept_ || text.find(" 101 ") == std::string::npos) return pending.stream.reset();
  handed_.push_back(pending.stream->handle());
  accept_({protocol, "127.0.0.1", pending.request.substr(end + 4), std::move(pending.stream)});
}

std::string UpgradeListener::answerTo(const std::string& protocol) const {
  if (!answer.empty()) return answer;
  const bool known = protocols.empty() || std::find(protocols.begin(), protocols.end(), protocol) != protocols.end();
  if (protocol.empty() || !known) return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
  return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n\r\n";
}

}  // namespace sse::conformance
