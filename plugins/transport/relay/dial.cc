#include "transport/relay/dial.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

namespace sse::relay {
namespace {

constexpr std::size_t kMaxAnswer = 8192;

bool isNumeric(const std::string& address) {
  char buffer[sizeof(in6_addr)];
  return inet_pton(AF_INET, address.c_str(), buffer) == 1 || inet_pton(AF_INET6, address.c_str(), buffer) == 1;
}

/// The first address of a name; empty where it does not resolve. Blocks.
std::string firstAddress(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) return {};
  char text[NI_MAXHOST] = "";
  getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST);
  freeaddrinfo(found);
  return text;
}

}  // namespace

Result<void> checkUpgradeAnswer(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  if (!line.starts_with("HTTP/1.1 ") || line.size() < 12) {
    return Error{Code::Unsupported, "no HTTP/1.1 answer to the upgrade"};
  }
  if (line.substr(9, 3) == "101") return {};
  return Error{Code::Unsupported, "no relay there: the upgrade was answered with " + std::string(line.substr(9, 60))};
}

Dial::Dial(Host& host, std::string address, std::uint16_t port, Duration timeout, Done done)
    : host_(host),
      address_(std::move(address)),
      port_(port),
      timeout_(timeout),
      done_(std::move(done)),
      self_(std::make_shared<Dial*>(this)) {}

void Dial::start() {
  timer_ = host_.loop().after(timeout_, [this] { finish(Error{Code::Timeout, "no answer in time"}); });
  const bool v6 = address_.find(':') != std::string::npos;
  request_ = "GET /relay HTTP/1.1\r\nHost: " + (v6 ? "[" + address_ + "]" : address_) + ":" + std::to_string(port_) +
             "\r\nConnection: Upgrade\r\nUpgrade: sse-relay/1\r\n\r\n";
  if (isNumeric(address_)) return connect(address_);
  resolve();
}

void Dial::resolve() {
  const auto found = std::make_shared<std::string>();
  host_.offload([found, name = address_] { *found = firstAddress(name); },
                [found, self = std::weak_ptr<Dial*>(self_)] {
                  const auto dial = self.lock();
                  if (!dial) return;
                  if (found->empty()) return (*dial)->finish(Error{Code::NotFound, "the name does not resolve"});
                  (*dial)->connect(*found);
                });
}

void Dial::connect(const std::string& numeric) {
  auto stream = SocketStream::connectTo(numeric, port_);
  if (!stream.ok()) return finish(stream.error());
  stream_ = std::move(*stream);
  watch_ = host_.loop().watch(stream_->fd(), kWritable, [this](std::uint32_t ready) { onReady(ready); });
}

void Dial::onReady(std::uint32_t ready) {
  if (!connected_) {
    if (auto outcome = stream_->connected(); !outcome.ok()) return finish(outcome.error());
    connected_ = true;
  }
  if ((ready & kWritable) != 0 && !request_.empty()) return sendRequest();
  if ((ready & kReadable) != 0) readAnswer();
}

void Dial::sendRequest() {
  const iovec part{request_.data(), request_.size()};
  const auto put = stream_->write(std::span<const iovec>(&part, 1));
  if (!put.ok()) return finish(put.error());
  request_.erase(0, *put);
  if (!request_.empty()) return;
  watch_.cancel();
  watch_ = host_.loop().watch(stream_->fd(), kReadable, [this](std::uint32_t ready) { onReady(ready); });
}

void Dial::readAnswer() {
  char buffer[4096];
  const auto got = stream_->read(buffer);
  if (!got.ok()) return finish(Error{Code::Unavailable, "the connection ended before the upgrade was answered"});
  answer_.append(buffer, *got);
  const auto end = answer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (answer_.size() > kMaxAnswer) finish(Error{Code::Unsupported, "no HTTP/1.1 answer to the upgrade"});
    return;
  }
  if (auto verdict = checkUpgradeAnswer(std::string_view(answer_).substr(0, end + 4)); !verdict.ok()) {
    return finish(verdict.error());
  }
  finish(Dialed{std::move(stream_), answer_.substr(end + 4)});
}

void Dial::finish(Result<Dialed> result) {
  watch_.cancel();
  timer_.cancel();
  const auto done = std::exchange(done_, nullptr);
  if (done) done(std::move(result));
}

}  // namespace sse::relay
