#include "server/http2_connection.h"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>

#include "http/head_parser.h"
#include "server/http2_server.h"
#include "server/http_server.h"

namespace sse::server {
namespace {

constexpr int kReadsPerTurn = 16;
constexpr std::size_t kMaxParts = 1024;  ///< the system takes no more in one write

http::Http2Limits limitsOf(const ServerSettings& settings) {
  http::Http2Limits limits = settings.http2;
  limits.headers = settings.headers;
  limits.body = settings.body;
  return limits;
}

}  // namespace

Http2Connection::Http2Connection(Http2Server& server, net::Connected socket, const Origin& origin,
                                 std::uint64_t generation)
    : server_(server),
      socket_(std::move(socket)),
      index_(socket_.fd.get()),
      generation_(generation),
      origin_(origin),
      session_(*this, limitsOf(server.settings_)),
      quiet_since_(server.nowSeconds()) {}

Http2Connection::~Http2Connection() {
  for (const Http2Exchange* exchange : exchanges_) delete exchange;
}

void Http2Connection::onReady(std::uint32_t ready) {
  if (closed_) return;
  if ((ready & EPOLLERR) != 0 || ((ready & EPOLLHUP) != 0 && (ready & EPOLLIN) == 0)) return close();
  if ((ready & EPOLLOUT) != 0) socket_.flush();
  if ((ready & EPOLLOUT) != 0 && blocked_) {
    blocked_ = false;
    markDirty();
  }
  if ((ready & (EPOLLIN | EPOLLRDHUP)) != 0) readAll();
}

void Http2Connection::begin(std::string_view received) {
  take(received);
  readAll();
}

void Http2Connection::readAll() {
  auto buffer = server_.http_.readBuffer();
  for (int i = 0; i < kReadsPerTurn; ++i) {
    if (closed_ || ending_ || broken_) return;
    const ssize_t got = socket_.receive(buffer);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return close();
    take({buffer.data(), static_cast<std::size_t>(got)});
  }
  server_.read_again_.push_back({index_, generation_});
}

void Http2Connection::take(std::string_view bytes) {
  if (!session_.receive(bytes, server_.nowMs())) {
    ending_ = true;
    server_.metrics_.bad_requests.add();
  }
  count();
  markDirty();
  dispatch();
}

void Http2Connection::produce() {
  if (!session_.produce()) broken_ = true;
  count();
}

void Http2Connection::count() {
  auto& metrics = server_.metrics_;
  metrics.http2_refused.add(session_.takeRefused());
  metrics.bad_requests.add(session_.takeMalformed());
  if (session_.flood() == http::Http2Flood::None || std::exchange(flooded_, true)) return;
  ending_ = true;
  metrics.http2_floods[static_cast<std::size_t>(session_.flood()) - 1]->add();
}

http::Http2Stream* Http2Connection::onStream(std::int32_t /*id*/) {
  auto* exchange = new Http2Exchange(*this, static_cast<std::uint32_t>(exchanges_.size()));
  exchange->since_ = server_.nowSeconds();
  exchanges_.push_back(exchange);
  ++busy_;
  server_.metrics_.http2_streams.add(1);
  return exchange;
}

void Http2Connection::onRequest(http::Http2Stream& stream) {
  todo_.push_back({static_cast<Http2Exchange*>(&stream), What::Request});
}

void Http2Connection::onClosed(http::Http2Stream& stream) {
  auto& exchange = static_cast<Http2Exchange&>(stream);
  exchange.closed_ = true;
  todo_.push_back({&exchange, What::Closed});
  markDirty();
}

/// What frames asked for is done only now: inside of nghttp2 nothing may be sent.
void Http2Connection::dispatch() {
  for (std::size_t i = 0; i < todo_.size() && !closed_; ++i) {
    const auto [exchange, what] = todo_[i];
    if (what == What::Closed) {
      forget(*exchange);
    } else if (exchange->closed_) {
      continue;
    } else if (what == What::Request) {
      handle(*exchange);
    } else {
      exchange->writable_ = false;
      if (exchange->user_ != nullptr) exchange->user_->onReady(EPOLLOUT);
    }
  }
  todo_.clear();
}

void Http2Connection::handle(Http2Exchange& exchange) {
  server_.metrics_.requests.add();
  // Room is looked for only where a connection begins, so who finds none is sent to begin another.
  if (origin_.overload && !std::exchange(farewelled_, true)) goodbye();
  auto& request = *exchange.incoming;
  exchange.setFraming({1, true, request.headOnly()});
  if (request.problem().status != 0) return refuse(exchange, request.problem());
  const std::string text = request.takeText();
  exchange.incoming.reset();
  std::size_t head_size = 0;
  http::Problem problem;
  const auto parsed = http::HeadParser::parse(text, text.size(), server_.head_, head_size, problem);
  if (parsed != http::Parse::Done) {
    if (parsed == http::Parse::NeedMore) http::refuse(problem, 400, "headers: malformed");
    return refuse(exchange, problem);
  }
  exchange.request_ = text;
  server_.handler_.onRequest(exchange, server_.head_, std::string_view(text).substr(head_size));
  exchange.request_ = {};
}

void Http2Connection::refuse(Http2Exchange& exchange, const http::Problem& problem) {
  server_.metrics_.countRefused(problem.status);
  server_.handler_.settle();
  exchange.problem(problem.status, problem.detail);
}

/// The stream is over: its user is told, and the object goes with the turn.
void Http2Connection::forget(Http2Exchange& exchange) {
  exchange.closed_ = true;
  if (!exchange.streaming_ || exchange.finished_) --busy_;
  if (exchange.waiting_) std::erase(waiting_, &exchange);
  exchanges_[exchange.place_] = exchanges_.back();
  exchanges_[exchange.place_]->place_ = exchange.place_;
  exchanges_.pop_back();
  if (exchanges_.empty()) {
    quiet_since_ = server_.nowSeconds();
    std::vector<Http2Exchange*>().swap(exchanges_);
  }
  server_.metrics_.http2_streams.add(-1);
  if (auto* user = std::exchange(exchange.user_, nullptr)) user->onReady(EPOLLHUP);
  server_.loop_.bury(std::shared_ptr<Http2Exchange>(&exchange));
}

Exchange* Http2Connection::find(std::int32_t stream) const {
  return static_cast<Http2Exchange*>(session_.find(stream));
}

std::size_t Http2Connection::sendNow(Http2Exchange& exchange, std::span<const net::Piece> pieces,
                                     const net::Keeper& keeper) {
  if (broken_ || ending_) return 0;
  if (!room()) {
    waitForRoom(exchange);
    return 0;
  }
  std::size_t whole = 0;
  for (const auto& piece : pieces) whole += piece.bytes.size();
  sending_ = {&exchange, pieces, &keeper, whole, 0};
  session_.resume(exchange);
  produce();
  const std::size_t taken = whole - sending_.left;
  sending_ = {};
  if (taken < whole && !room()) waitForRoom(exchange);
  markDirty();
  return taken;
}

/// While the socket takes it, what is too much for the outbox goes out at once.
bool Http2Connection::room() {
  const std::size_t limit = server_.settings_.http2_send_queue;
  if (outbox_.size() < limit) return true;
  flush();
  return outbox_.size() < limit;
}

void Http2Connection::waitForRoom(Http2Exchange& exchange) {
  if (exchange.waiting_) return;
  exchange.waiting_ = true;
  waiting_.push_back(&exchange);
}

void Http2Connection::wake() {
  if (waiting_.empty() || outbox_.size() > server_.settings_.http2_send_queue / 2) return;
  std::vector<Http2Exchange*> woken;
  woken.swap(waiting_);
  for (Http2Exchange* exchange : woken) exchange->waiting_ = false;
  for (Http2Exchange* exchange : woken) {
    if (exchange->closed_) continue;
    if (!exchange->streaming_) session_.resume(*exchange);
    if (exchange->user_ != nullptr) exchange->user_->onReady(EPOLLOUT);
  }
  markDirty();
}

void Http2Connection::flush() {
  while (!blocked_ && !broken_ && outbox_.size() > 0) {
    auto& parts = server_.parts_;
    parts.clear();
    outbox_.gather(parts, kMaxParts);
    const ssize_t sent = socket_.send(parts);
    if (sent < 0 && errno == EINTR) continue;
    if (sent >= 0) {
      outbox_.sent(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      blocked_ = true;
    } else {
      broken_ = true;
    }
  }
}

bool Http2Connection::turn() {
  dirty_ = false;
  if (closed_) return false;
  dispatch();
  if (closed_) return false;
  if (!blocked_ && !broken_) produce();
  flush();
  report();
  const bool over = outbox_.size() == 0 && (ending_ || session_.done());
  if (broken_ || over) {
    close();
    return false;
  }
  wake();
  return dirty_;
}

void Http2Connection::report() {
  server_.metrics_.http2_queued.add(static_cast<std::int64_t>(outbox_.size()) - static_cast<std::int64_t>(reported_));
  reported_ = outbox_.size();
}

void Http2Connection::close() {
  if (closed_) return;
  closed_ = true;
  while (!exchanges_.empty()) forget(*exchanges_.back());
  outbox_.clear();
  report();
  if (!broken_) socket_.sayGoodbye();
  server_.loop_.remove(index_);
  server_.release(*this);
}

void Http2Connection::markDirty() {
  if (dirty_ || closed_) return;
  dirty_ = true;
  server_.dirty_.push_back({index_, generation_});
}

void Http2Connection::shutdownNotice() {
  if (std::exchange(noticed_, true)) return;
  session_.shutdownNotice();
  markDirty();
}

void Http2Connection::goodbye() {
  session_.goodbye();
  markDirty();
}

void Http2Connection::tick(std::uint32_t now_s) {
  const auto late = [now_s](std::uint32_t since, std::int64_t time_ms) {
    return (std::int64_t{now_s} - since) * 1000 >= time_ms + 1000;
  };
  if (ending_) {
    // Its last words have had their time.
    if (std::exchange(overdue_, true)) close();
    return;
  }
  if (exchanges_.empty() && late(quiet_since_, server_.settings_.idle_time_ms)) {
    return endLate(server_.metrics_.limited_idle_time);
  }
  if (busy_ > 0) tickStreams(now_s);
}

void Http2Connection::endLate(Counter& limit) {
  server_.metrics_.countLate(limit);
  if (blocked_) return close();
  ending_ = true;
  goodbye();
}

void Http2Connection::tickStreams(std::uint32_t now_s) {
  const auto& settings = server_.settings_;
  for (std::size_t i = 0; i < exchanges_.size(); ++i) {
    auto& exchange = *exchanges_[i];
    const auto waited_ms = (std::int64_t{now_s} - exchange.since_) * 1000 - 1000;
    if (exchange.answering()) {
      if (waited_ms < settings.body_time_ms) continue;
      server_.metrics_.countLate(server_.metrics_.limited_body_time);
      exchange.since_ = now_s;
      session_.reset(exchange);
    } else if (exchange.incoming && !exchange.incoming->fieldsEnded()) {
      if (waited_ms < settings.header_time_ms) continue;
      // A block that is not ended holds up the whole connection.
      server_.metrics_.countRefused(408);
      return endLate(server_.metrics_.limited_header_time);
    } else if (exchange.incoming && !exchange.incoming->finished()) {
      if (waited_ms < settings.body_time_ms) continue;
      server_.metrics_.countLate(server_.metrics_.limited_body_time);
      exchange.incoming->refuse(408, "request body: not complete in time (limits.body_time)");
      refuse(exchange, exchange.incoming->problem());
    }
  }
  markDirty();
}

}  // namespace sse::server
