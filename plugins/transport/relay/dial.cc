#include "transport/relay/dial.h"

#include <netdb.h>
#include <sys/socket.h>

#include "transport/relay/address.h"
#include "transport/relay/answer_reader.h"

namespace sse::relay {
namespace {

constexpr std::size_t kMaxAnswer = 8192;

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

Result<Answerer> judgeUpgradeAnswer(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  const auto status = statusOf(line);
  if (!status || !line.starts_with("HTTP/1.1 ")) return Error{Code::Unsupported, "no HTTP/1.1 answer to the upgrade"};
  if (*status == 101) return Answerer::Relay;
  const bool ours = head.find("application/problem+json") != std::string_view::npos;
  if (*status >= 200 && *status < 500 && !ours) return Answerer::Original;
  return Error{Code::Unsupported, "no relay there: the upgrade was answered with " + std::string(line.substr(9, 60))};
}

Dial::Dial(Host& host, std::string address, std::uint16_t port, Duration timeout, Purpose purpose, Done done)
    : host_(host),
      address_(std::move(address)),
      port_(port),
      timeout_(timeout),
      purpose_(purpose),
      done_(std::move(done)),
      self_(std::make_shared<Dial*>(this)) {}

void Dial::start() {
  timer_ = host_.loop().after(timeout_, [this] { finish(Error{Code::Timeout, "no answer in time"}); });
  const bool v6 = address_.find(':') != std::string::npos;
  request_ = "GET /relay HTTP/1.1\r\nHost: " + (v6 ? "[" + address_ + "]" : address_) + ":" + std::to_string(port_) +
             "\r\nConnection: Upgrade\r\nUpgrade: sse-relay/1\r\n\r\n";
  if (!canonicalAddress(address_).empty()) return connect(address_);
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
  numeric_ = canonicalAddress(numeric);
  auto stream = SocketStream::connectTo(numeric, port_);
  if (!stream.ok()) return finish(stream.error());
  stream_ = std::move(*stream);
  watch_ = host_.loop().watch(stream_->fd(), kWritable, [this](std::uint32_t ready) { onReady(ready); });
}

void Dial::onReady(std::uint32_t ready) {
  if (!connected_) {
    if (auto outcome = stream_->connected(); !outcome.ok()) return finish(outcome.error());
    connected_ = true;
    if (purpose_ == Purpose::Connect) {
      watch_.cancel();
      return finish(Dialed{std::move(stream_), Answerer::Original, std::nullopt});
    }
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
  const auto verdict = judgeUpgradeAnswer(std::string_view(answer_).substr(0, end + 4));
  if (!verdict.ok()) return finish(verdict.error());
  watch_.cancel();
  const bool relay = *verdict == Answerer::Relay;
  finish(Dialed{std::move(stream_), *verdict, relay ? answer_.substr(end + 4) : std::move(answer_)});
}

void Dial::finish(Result<Dialed> result) {
  watch_.cancel();
  timer_.cancel();
  const auto done = std::exchange(done_, nullptr);
  if (done) done(std::move(result));
}

}  // namespace sse::relay
