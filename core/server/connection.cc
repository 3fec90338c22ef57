#include "server/connection.h"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "http/head_parser.h"
#include "http/http2_session.h"
#include "server/http_server.h"

namespace sse::server {
namespace {

constexpr std::size_t kMaxUnsent = 256 << 10;  ///< no further request is read before this much has left
constexpr int kReadsPerTurn = 16;
constexpr std::size_t kKeepBuffer = 4 << 10;

}  // namespace

std::vector<http::Header> asHeaders(std::string_view lines) {
  std::vector<http::Header> out;
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    const auto line = lines.substr(0, end);
    const auto colon = line.find(": ");
    out.push_back({line.substr(0, colon), line.substr(colon + 2)});
    lines.remove_prefix(end + 2);
  }
  return out;
}

Connection::Connection(HttpServer& server, net::Connected socket, const Origin& origin)
    : server_(server),
      socket_(std::move(socket)),
      index_(socket_.fd.get()),
      origin_(origin),
      handshaking_(socket_.tls != nullptr) {}

void Connection::onReady(std::uint32_t ready) {
  if (closed_) return;
  if ((ready & EPOLLERR) != 0 || ((ready & EPOLLHUP) != 0 && (ready & EPOLLIN) == 0)) {
    // Who does not accept the certificate says so and closes, and the reset must not outrun what it said.
    if (handshaking_) readAll();
    return server_.remove(*this);
  }
  if ((ready & EPOLLOUT) != 0) socket_.flush();
  if ((ready & EPOLLOUT) != 0 && blocked_) {
    blocked_ = false;
    server_.markDirty(*this);
  }
  ending_ = ending_ || (ready & EPOLLRDHUP) != 0;
  if ((ready & (EPOLLIN | EPOLLRDHUP)) != 0) readAll();
}

void Connection::readAll() {
  auto& buffer = *server_.buffer_;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    if (closed_) return;
    unread_ = held_ || out_.size() - sent_ > kMaxUnsent;
    if (unread_) return;
    const ssize_t got = socket_.receive(buffer);
    const int why = errno;
    if (handshaking_ && socket_.tls->established()) handshakeDone();
    if (got < 0 && (why == EAGAIN || why == EINTR)) return;
    if (got < 0) return broken();
    if (got == 0) return endOfInput();
    if (!lingering_) take({buffer.data(), static_cast<std::size_t>(got)});
    // The end may have been told together with the last bytes, and is told only once.
    if (got < static_cast<ssize_t>(buffer.size()) && !ending_ && !socket_.ended()) return;
  }
  server_.readAgain(*this);
}

void Connection::handshakeDone() {
  handshaking_ = false;
  server_.metrics_.tls_handshakes.add();
  if (socket_.tls->resumed()) server_.metrics_.tls_resumed.add();
  wait(Waiting::Head);
}

/// Who speaks HTTP to a port that speaks TLS is told so in words of its own.
void Connection::broken() {
  if (!handshaking_) return server_.remove(*this);
  handshaking_ = false;
  server_.metrics_.tls_failures.add();
  server_.tlsFailed(*this, socket_.tls->failure());
  if (!socket_.tls->spokePlain()) return server_.remove(*this);
  socket_.tls.reset();
  fail({400, "request: this port expects TLS, got plain HTTP: use https://"});
}

/// Who sends no more may still wait for answers.
void Connection::endOfInput() {
  peer_done_ = true;
  if (!lingering_) server_.handler_.settle();
  if (lingering_ || (out_.size() == sent_ && !held_)) return server_.remove(*this);
  framing_.keep_alive = false;
}

void Connection::take(std::string_view fresh) {
  if (in_.empty()) {
    const std::size_t used = process(fresh);
    if (!closed_) in_.assign(fresh.substr(used));
  } else {
    in_.append(fresh);
    if (in_.size() < need_) return;
    const std::size_t used = process(in_);
    if (!closed_) in_.erase(0, used);
  }
  if (!closed_ && in_.empty() && in_.capacity() > kKeepBuffer) std::string().swap(in_);
  if (!closed_ && in_.empty() && !held_) wait(Waiting::Request);
}

std::size_t Connection::process(std::string_view bytes) {
  std::size_t used = 0;
  auto& head = server_.head_;
  while (used < bytes.size() && !closed_ && !held_ && framing_.keep_alive) {
    const auto rest = bytes.substr(used);
    if (first_ && preface(rest)) return closed_ ? bytes.size() : used;
    std::size_t head_size = 0;
    http::Problem problem;
    const auto parsed = http::HeadParser::parse(rest, server_.settings_.headers, head, head_size, problem);
    if (parsed == http::Parse::Bad) {
      fail(problem);
      return bytes.size();
    }
    if (parsed == http::Parse::NeedMore) {
      wait(Waiting::Head);
      return used;
    }
    std::string_view body;
    std::size_t whole = 0;
    if (!takeBody(rest, head, head_size, body, whole))
      return closed_ || lingering_ || !framing_.keep_alive ? bytes.size() : used;
    used += whole;
    need_ = chunks_fed_ = 0;
    first_ = continued_ = false;
    framing_ = {static_cast<std::int8_t>(head.minor), head.keep_alive && !origin_.overload && !server_.draining_,
                head.method == http::Method::Head};
    server_.metrics_.requests.add();
    request_ = rest.substr(0, whole);
    behind_ = rest.substr(whole);
    server_.handler_.onRequest(*this, head, body);
    body_.clear();
  }
  return used;
}

/// Whether the bytes are the beginning of HTTP/2; all of it: the connection is another's from here on. Who chose HTTP/2
/// in the handshake is held to it.
bool Connection::preface(std::string_view bytes) {
  if (!server_.settings_.http2_enabled) return false;
  const bool chosen = socket_.tls != nullptr && socket_.tls->protocol() == "h2";
  if (bytes.front() != 'P' && !chosen) return false;
  const auto known = http::kHttp2Preface.substr(0, bytes.size());
  if (!bytes.starts_with(known)) {
    if (chosen) server_.toHttp2(*this, bytes);
    return chosen;
  }
  if (known.size() == http::kHttp2Preface.size()) {
    server_.toHttp2(*this, bytes);
  } else {
    wait(Waiting::Head);
  }
  return true;
}

/// Whether the whole body is there: `body` and `used` are set. Else what is missing is noted, or the request refused.
bool Connection::takeBody(std::string_view bytes, const http::Head& head, std::size_t head_size, std::string_view& body,
                          std::size_t& used) {
  const std::size_t limit = server_.settings_.body;
  http::Problem problem;
  if (head.chunked) {
    std::size_t fed = 0;
    const std::size_t from = std::max(head_size, chunks_fed_);
    const auto parsed = decoder_.feed(bytes.substr(from), limit, body_, fed, problem);
    chunks_fed_ = used = from + fed;
    body = body_;
    if (parsed == http::Parse::Done) return true;
    if (parsed == http::Parse::Bad) return fail(problem), false;
  } else {
    const std::uint64_t length = head.content_length.value_or(0);
    if (length > limit) {
      http::refuse(
          problem, 413,
          "body: expected at most " + std::to_string(limit) + " bytes (limits.body), got " + std::to_string(length));
      return fail(problem), false;
    }
    used = head_size + static_cast<std::size_t>(length);
    body = bytes.substr(head_size, static_cast<std::size_t>(length));
    if (bytes.size() >= used) return true;
    need_ = used;
  }
  if (head.expect_continue && !continued_) {
    server_.handler_.settle();
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    continued_ = true;
    server_.markDirty(*this);
  }
  wait(Waiting::Body);
  return false;
}

void Connection::fail(const http::Problem& what) {
  server_.metrics_.countRefused(what.status);
  server_.handler_.settle();
  framing_ = {1, false, false};
  headers_.clear();
  problem(what.status, what.detail);
}

void Connection::respond(int status, std::string_view content_type, std::string_view body,
                         std::span<const http::Header> extra) {
  if (closed_) return;
  const bool bodiless = status == 204 || status == 304;
  auto headers = asHeaders(headers_);
  headers.insert(headers.end(), extra.begin(), extra.end());
  http::appendHead(out_, status, framing_.minor, framing_.keep_alive, server_.date(), content_type,
                   bodiless ? std::nullopt : std::optional<std::size_t>(body.size()), headers);
  if (!framing_.head_only && !bodiless) out_ += body;
  server_.markDirty(*this);
}

void Connection::respondRaw(std::string_view bytes) {
  if (closed_) return;
  out_ += bytes;
  framing_.keep_alive = false;
  server_.markDirty(*this);
}

void Connection::respondId(std::string_view id) {
  if (closed_) return;
  if (framing_.minor == 1 && framing_.keep_alive && headers_.empty()) {
    out_ += "HTTP/1.1 200 OK\r\nDate: ";
    out_ += server_.date();
    out_ += "\r\nContent-Type: application/json\r\nContent-Length: ";
    out_ += std::to_string(id.size() + 9);
    out_ += "\r\n\r\n";
  } else {
    http::appendHead(out_, 200, framing_.minor, framing_.keep_alive, server_.date(), "application/json", id.size() + 9,
                     asHeaders(headers_));
  }
  out_ += "{\"id\":\"";
  out_ += id;
  out_ += "\"}";
  server_.markDirty(*this);
}

ConnectionId Connection::hold() {
  held_ = true;
  wait(Waiting::Nothing);
  return id();
}

void Connection::answered() {
  if (!closed_) resume();
}

Upstream Connection::beginStream() {
  Upstream up;
  up.chunked = framing_.minor == 1;
  up.head = takeUnsent() +
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: "
            "no\r\nDate: ";
  up.head += server_.date();
  up.head += "\r\n";
  up.head += headers_;
  up.head += up.chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Connection: close\r\n\r\n";
  up.socket = detach();
  return up;
}

std::string Connection::takeUnsent() {
  std::string unsent = out_.substr(sent_);
  out_.clear();
  sent_ = 0;
  return unsent;
}

net::Connected Connection::detach(std::string* received) {
  if (received != nullptr) *received = behind_;
  closed_ = true;
  net::Connected socket = std::move(socket_);
  server_.release(*this);
  return socket;
}

void Connection::flush() {
  dirty_ = false;
  if (closed_ || blocked_) return;
  if (sent_ < out_.size()) {
    const ssize_t sent = socket_.send(std::string_view(out_).substr(sent_));
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return server_.remove(*this);
    sent_ += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    if (sent_ < out_.size()) {
      blocked_ = true;
      return wait(Waiting::Writing);
    }
  }
  out_.clear();
  sent_ = 0;
  if (out_.capacity() > kKeepBuffer) std::string().swap(out_);
  finish();
}

void Connection::finish() {
  if (held_) return;
  if (!framing_.keep_alive) return goodbye();
  if (waiting_ == Waiting::Writing) wait(Waiting::Request);
  if (unread_) resume();
}

/// Closing with unread bytes would reset the connection and could destroy the response on its way, so the other side
/// gets the chance to close first.
void Connection::goodbye() {
  if (peer_done_) return server_.remove(*this);
  if (lingering_) return;
  lingering_ = true;
  in_.clear();
  socket_.sayGoodbye();
  ::shutdown(socket_.fd.get(), SHUT_WR);
  wait(Waiting::Goodbye);
  unread_ = false;
  server_.readAgain(*this);
}

void Connection::resume() {
  held_ = false;
  unread_ = false;
  if (!in_.empty() && framing_.keep_alive) {
    const std::size_t used = process(in_);
    if (!closed_) in_.erase(0, used);
  }
  if (closed_ || held_) return;
  if (in_.empty()) wait(Waiting::Request);
  server_.readAgain(*this);
}

void Connection::wait(Waiting waiting) {
  if (waiting_ == waiting && waiting != Waiting::Request) return;
  server_.enlist(*this, waiting);
}

}  // namespace sse::server
