#include "transport/relay/dial.h"

#include <array>
#include <utility>

#include "sse/addresses.h"
#include "transport/relay/address.h"
#include "transport/relay/answer_reader.h"

namespace sse::relay {
namespace {

constexpr std::size_t kMaxAnswer = 8192;

/// The first address of a name. Blocks.
Result<std::string> firstAddress(const std::string& name) {
  const auto found = addressesOf(name);
  if (!found.ok()) return Error{Code::NotFound, "the name does not resolve"};
  return found->front();
}

/// Why there is no answer; a certificate that the peer does not accept is told only now.
Error ended(const Error& error) {
  if (error.code == Code::Unavailable) return {error.code, "the connection ended before the upgrade was answered"};
  return error;
}

}  // namespace

Result<Answerer> judgeUpgradeAnswer(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  const auto status = statusOf(line);
  if (!status || !line.starts_with("HTTP/1.1 ")) return Error{Code::Unsupported, "no HTTP/1.1 answer to the upgrade"};
  if (*status == 101) return Answerer::Relay;
  const bool ours = head.find("application/problem+json") != std::string_view::npos;
  if (*status >= 200 && *status < 500 && !ours) return Answerer::Original;
  const bool secure = *status == 400 && ours;
  return Error{Code::Unsupported, "no relay there: the upgrade was answered with " + std::string(line.substr(9, 60)) +
                                      (secure ? ", as a node does whose port speaks TLS, see relay.tls" : "")};
}

Dial::Dial(Host& host, Target target, Purpose purpose, Done done)
    : host_(host),
      target_(std::move(target)),
      purpose_(purpose),
      done_(std::move(done)),
      self_(std::make_shared<Dial*>(this)) {}

void Dial::start() {
  const auto& address = target_.address;
  timer_ = host_.loop().after(target_.timeout, [this] { finish(Error{Code::Timeout, "no answer in time"}); });
  const bool v6 = address.find(':') != std::string::npos;
  request_ = "GET /relay HTTP/1.1\r\nHost: " + (v6 ? "[" + address + "]" : address) + ":" +
             std::to_string(target_.port) + "\r\nConnection: Upgrade\r\nUpgrade: sse-relay/1\r\n\r\n";
  if (!canonicalAddress(address).empty()) return connect(address);
  resolve();
}

void Dial::resolve() {
  const auto found =
      std::make_shared<Result<std::string>>(Error{Code::Unavailable, "too many calls wait for a worker"});
  host_.offload([found, name = target_.address] { *found = firstAddress(name); },
                [found, self = std::weak_ptr<Dial*>(self_)] {
                  const auto dial = self.lock();
                  if (!dial) return;
                  if (!found->ok()) return (*dial)->finish(found->error());
                  (*dial)->connect(**found);
                });
}

void Dial::connect(const std::string& numeric) {
  numeric_ = canonicalAddress(numeric);
  auto socket = SocketStream::connectTo(numeric, target_.port);
  if (!socket.ok()) return finish(socket.error());
  socket_ = std::move(*socket);
  watch(socket_->fd(), kWritable);
}

void Dial::watch(int fd, std::uint32_t interest) {
  watch_.cancel();
  watch_ = host_.loop().watch(fd, interest, [this](std::uint32_t ready) { onReady(ready); });
}

void Dial::onReady(std::uint32_t ready) {
  if (socket_) return reached();
  if (secure_) return shakeHands();
  if ((ready & kWritable) != 0 && !request_.empty()) return sendRequest();
  if ((ready & kReadable) != 0) readAnswer();
}

/// The connection is made, or not.
void Dial::reached() {
  if (auto outcome = socket_->connected(); !outcome.ok()) return finish(outcome.error());
  watch_.cancel();
  if (purpose_ == Purpose::Ask && target_.tls.client && !plain_) {
    const auto& name = target_.tls.server_name.empty() ? target_.address : target_.tls.server_name;
    secure_ = target_.tls.client->secure(std::exchange(socket_, nullptr)->release(), name);
    return shakeHands();
  }
  stream_ = std::move(socket_);
  if (purpose_ == Purpose::Connect) return finish(Dialed{std::move(stream_), Answerer::Original, std::nullopt});
  sendRequest();
}

void Dial::shakeHands() {
  const auto waits = secure_->handshake();
  if (waits.ok() && *waits != 0) return watch(secure_->fd(), *waits);
  watch_.cancel();
  if (waits.ok()) {
    tls_ = true;
    stream_ = std::move(secure_);
    return sendRequest();
  }
  secure_.reset();
  const auto& error = waits.error();
  plain_ = error.code == Code::Unsupported && target_.tls.or_plain;
  if (plain_) return connect(numeric_);
  finish(error.code == Code::Unsupported ? Error{error.code, "the peer answers without TLS, see relay.tls"} : error);
}

void Dial::sendRequest() {
  const iovec part{request_.data(), request_.size()};
  const auto put = stream_->write(std::span<const iovec>(&part, 1));
  if (!put.ok()) return finish(put.error());
  request_.erase(0, *put);
  watch(stream_->fd(), request_.empty() ? kReadable : kWritable);
}

void Dial::readAnswer() {
  std::array<char, 4096> buffer;
  std::size_t size = buffer.size();
  // With TLS there may be bytes of which the descriptor does not tell.
  while (size == buffer.size() && answer_.size() <= kMaxAnswer) {
    const auto got = stream_->read(buffer);
    if (!got.ok()) return finish(ended(got.error()));
    size = *got;
    answer_.append(buffer.data(), size);
  }
  const auto end = answer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (answer_.size() > kMaxAnswer) finish(Error{Code::Unsupported, "no HTTP/1.1 answer to the upgrade"});
    return;
  }
  const auto verdict = judgeUpgradeAnswer(std::string_view(answer_).substr(0, end + 4));
  if (!verdict.ok()) return finish(verdict.error());
  const bool relay = *verdict == Answerer::Relay;
  if (!relay && tls_) return finish(Error{Code::Unsupported, "no relay there: TLS, and no upgrade"});
  watch_.cancel();
  finish(Dialed{std::move(stream_), *verdict, relay ? answer_.substr(end + 4) : std::move(answer_), tls_});
}

void Dial::finish(Result<Dialed> result) {
  watch_.cancel();
  timer_.cancel();
  const auto done = std::exchange(done_, nullptr);
  if (done) done(std::move(result));
}

}  // namespace sse::relay
