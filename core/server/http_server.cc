#include "server/http_server.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/check.h"
#include "http/response.h"

namespace sse::server {
namespace {

constexpr Duration kTick{100};
constexpr Duration kDrainTick{20};
constexpr Duration kAcceptRetry{100};
constexpr Duration kTlsFailureEvery{10'000};
constexpr int kAcceptsPerTurn = 256;
constexpr std::int64_t kGoodbyeMs = 2'000;
constexpr std::uint32_t kEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

}  // namespace

/// A listening socket. Level-triggered, so what one turn leaves comes again.
class HttpServer::Listener final : public net::Pollable {
 public:
  Listener(HttpServer& server, base::Fd fd, net::Admission& admission, bool is_admin)
      : fd(std::move(fd)), admission(admission), admin(is_admin), server_(server) {}
  void onReady(std::uint32_t /*ready*/) override { server_.accept(*this); }
  /// Why it pauses where its admission has no room.
  [[nodiscard]] std::string fullText() const;

  base::Fd fd;
  net::Admission& admission;
  const bool admin;
  bool paused = false;
  bool told = false;  ///< the log has its line for this shortage
  Registration retry;

 private:
  HttpServer& server_;
};

std::string HttpServer::Listener::fullText() const {
  const std::string most = std::to_string(admission.limits().connections);
  if (admin) return "admin.port: " + most + " connections are open; it accepts more when some close";
  return "limits.connections: " + most + " are open, and " + std::to_string(admission.limits().reserve) +
         " more that are refused for now; accepting goes on when some close";
}

HttpServer::HttpServer(net::EventLoop& loop, Handler& handler, const ServerSettings& settings, ServerMetrics& metrics,
                       Logger& log)
    : loop_(loop),
      handler_(handler),
      settings_(settings),
      metrics_(metrics),
      log_(log),
      buffer_(std::make_unique<std::array<char, kReadBuffer>>()),
      http2_(loop, *this, handler, settings_, metrics) {
  using Waiting = Connection::Waiting;
  const auto set = [this](Waiting waiting, std::int64_t time) {
    lists_[static_cast<std::size_t>(waiting)].time_ms = time;
  };
  set(Waiting::Handshake, settings.handshake_time_ms);
  set(Waiting::Head, settings.header_time_ms);
  set(Waiting::Body, settings.body_time_ms);
  set(Waiting::Request, settings.idle_time_ms);
  set(Waiting::Writing, settings.body_time_ms);
  set(Waiting::Goodbye, kGoodbyeMs);
  ticker_ = loop_.after(kTick, [this] { tick(); });
}

HttpServer::~HttpServer() = default;

std::int64_t HttpServer::nowMs() const {
  return std::chrono::duration_cast<Duration>(loop_.now().time_since_epoch()).count();
}

void HttpServer::listen(base::Fd listener, net::Admission& admission, bool admin) {
  listeners_.push_back(std::make_shared<Listener>(*this, std::move(listener), admission, admin));
  SSE_CHECK(loop_.add(listeners_.back()->fd.get(), EPOLLIN, listeners_.back().get()));
}

void HttpServer::closeListeners() {
  for (auto& listener : listeners_) {
    while (accept(*listener)) {
    }
  }
  for (auto& listener : listeners_) {
    if (!listener->paused) loop_.remove(listener->fd.get());
    listener->retry.cancel();
    loop_.bury(std::move(listener));
  }
  listeners_.clear();
}

/// Whether there may be more to accept.
bool HttpServer::accept(Listener& listener) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (!listener.admission.room()) return pause(listener, listener.fullText()), false;
    sockaddr_storage address;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the kernel
    socklen_t size = sizeof address;
    const int fd =
        ::accept4(listener.fd.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      adopt(fd, net::addressOf(address), listener);
      continue;
    }
    const int why = errno;
    if (why == EMFILE || why == ENFILE || why == ENOBUFS || why == ENOMEM) {
      return pause(listener, std::string("new connections: ") + std::strerror(why) + "; tried again until it works"),
             false;
    }
    if (why == EAGAIN) return false;
  }
  return true;
}

void HttpServer::pause(Listener& listener, const std::string& why) {
  if (std::exchange(listener.paused, true)) return;
  metrics_.accept_paused.add();
  if (!std::exchange(listener.told, true)) {
    log_.write(Level::Warning, "accept-paused", why, {{"open", std::to_string(listener.admission.open())}});
  }
  loop_.remove(listener.fd.get());
  listener.retry = loop_.after(kAcceptRetry, [this, &listener] {
    listener.paused = false;
    SSE_CHECK(loop_.add(listener.fd.get(), EPOLLIN, &listener));
  });
}

void HttpServer::adopt(int fd, const net::Address& address, Listener& listener) {
  using Verdict = net::Admission::Verdict;
  base::Fd owned(fd);
  auto [verdict, ticket] = listener.admission.admit(address);
  const bool of_address = verdict == Verdict::OverAddressLimit || verdict == Verdict::AddressFull;
  if (of_address) metrics_.overload_per_address.add();
  if (verdict == Verdict::OverLimit) metrics_.overload_connections.add();
  if (verdict == Verdict::Full || verdict == Verdict::AddressFull) return;
  if (verdict == Verdict::Admitted) listener.told = false;
  const bool overload = verdict != Verdict::Admitted;
  const auto index = static_cast<std::size_t>(fd);
  if (index >= connections_.size()) connections_.resize(std::max(index + 1, connections_.size() * 2));
  net::Connected socket{std::move(owned), std::move(ticket)};
  if (tls_ && !listener.admin) socket.tls = std::make_unique<net::TlsSession>(tls_, fd);
  const auto first = socket.tls ? Connection::Waiting::Handshake : Connection::Waiting::Head;
  auto connection = std::make_unique<Connection>(*this, std::move(socket), Origin{address, overload, listener.admin});
  connection->generation_ = ++generation_;
  if (!loop_.add(fd, kEvents, connection.get())) return;
  ++open_;
  metrics_.accepted.add();
  metrics_.connections.add(1);
  enlist(*connection, first);
  connections_[index] = std::move(connection);
}

void HttpServer::tlsFailed(const Connection& connection, const std::string& why) {
  ++tls_failures_untold_;
  const auto now = loop_.now();
  if (tls_failure_told_ && now - *tls_failure_told_ < kTlsFailureEvery) return;
  log_.write(Level::Info, "tls-failed", why,
             {{"address", connection.address()}, {"count", std::to_string(tls_failures_untold_)}});
  tls_failure_told_ = now;
  tls_failures_untold_ = 0;
}

/// Ends the connection; its descriptor closes with the turn.
void HttpServer::remove(Connection& connection) {
  if (connection.closed_) return;
  connection.closed_ = true;
  loop_.remove(connection.socket_.fd.get());
  release(connection);
}

/// The connection leaves the tables; whoever holds a reference in this turn finds it closed.
void HttpServer::release(Connection& connection) {
  delist(connection);
  --open_;
  metrics_.connections.add(-1);
  auto& owned = connections_[static_cast<std::size_t>(connection.index_)];
  SSE_CHECK(owned.get() == &connection);
  loop_.bury(std::shared_ptr<Connection>(std::move(owned)));
}

Exchange* HttpServer::find(const ConnectionId& id) { return id.stream != 0 ? http2_.find(id) : at(id); }

/// The socket goes over with what was read of it.
void HttpServer::toHttp2(Connection& connection, std::string_view received) {
  const auto generation = connection.generation_;
  auto socket = connection.detach();
  http2_.adopt(std::move(socket), connection.origin_, generation, received);
}

Connection* HttpServer::at(const ConnectionId& id) {
  const auto index = static_cast<std::size_t>(id.fd);
  if (id.fd < 0 || index >= connections_.size() || !connections_[index]) return nullptr;
  return connections_[index]->generation_ == id.generation ? connections_[index].get() : nullptr;
}

void HttpServer::markDirty(Connection& connection) {
  if (connection.dirty_) return;
  connection.dirty_ = true;
  dirty_.push_back(connection.id());
}

void HttpServer::readAgain(Connection& connection) { read_again_.push_back(connection.id()); }

bool HttpServer::turn() {
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    if (Connection* connection = at(dirty_[i])) connection->flush();
  }
  dirty_.clear();
  std::vector<ConnectionId> again;
  again.swap(read_again_);
  for (const auto& id : again) {
    if (Connection* connection = at(id)) connection->readAll();
  }
  const bool more = http2_.turn();
  return more || !again.empty() || !dirty_.empty();
}

const std::string& HttpServer::date() {
  const std::int64_t second = nowMs() / 1000;
  if (second != date_at_) {
    date_at_ = second;
    date_ = http::httpDate(std::time(nullptr));
  }
  return date_;
}

void HttpServer::enlist(Connection& connection, Connection::Waiting waiting) {
  delist(connection);
  connection.waiting_ = waiting;
  auto& list = lists_[static_cast<std::size_t>(waiting)];
  if (list.time_ms == 0) return;
  connection.deadline_ms_ = nowMs() + list.time_ms;
  connection.older_ = list.newest;
  (list.newest != nullptr ? list.newest->newer_ : list.oldest) = &connection;
  list.newest = &connection;
}

void HttpServer::delist(Connection& connection) {
  auto& list = lists_[static_cast<std::size_t>(connection.waiting_)];
  connection.waiting_ = Connection::Waiting::Nothing;
  if (list.time_ms == 0) return;
  (connection.older_ != nullptr ? connection.older_->newer_ : list.oldest) = connection.newer_;
  (connection.newer_ != nullptr ? connection.newer_->older_ : list.newest) = connection.older_;
  connection.older_ = connection.newer_ = nullptr;
}

void HttpServer::tick() {
  ticker_ = loop_.after(kTick, [this] { tick(); });
  http2_.tick();
  const std::int64_t now = nowMs();
  for (auto& list : lists_) {
    while (list.oldest != nullptr && list.oldest->deadline_ms_ <= now) expire(*list.oldest);
  }
}

/// What `waiting` too long has used up; none for a wait that asks nothing of the client.
Counter* HttpServer::limitOf(Connection::Waiting waiting) {
  switch (waiting) {
    case Connection::Waiting::Handshake: return &metrics_.limited_handshake_time;
    case Connection::Waiting::Head: return &metrics_.limited_header_time;
    case Connection::Waiting::Body:
    case Connection::Waiting::Writing: return &metrics_.limited_body_time;
    case Connection::Waiting::Request: return &metrics_.limited_idle_time;
    case Connection::Waiting::Nothing:
    case Connection::Waiting::Goodbye: break;
  }
  return nullptr;
}

void HttpServer::expire(Connection& connection) {
  const auto waiting = connection.waiting_;
  const bool mid_request =
      waiting == Connection::Waiting::Head ? !connection.in_.empty() : waiting == Connection::Waiting::Body;
  if (Counter* limit = limitOf(waiting)) metrics_.countLate(*limit);
  if (waiting == Connection::Waiting::Handshake) metrics_.tls_timeouts.add();
  if (!mid_request) return remove(connection);
  delist(connection);
  connection.fail({408, waiting == Connection::Waiting::Head
                            ? "request head: not complete in time (limits.header_time)"
                            : "request body: not complete in time (limits.body_time)"});
}

void HttpServer::drain(std::function<void()> done) {
  handler_.settle();
  draining_ = true;
  drained_ = std::move(done);
  drain_until_ms_ = nowMs() + kDrainLimit.count();
  for (auto& connection : connections_) {
    if (!connection) continue;
    const bool idle = connection->in_.empty() && connection->out_.empty() && !connection->held_;
    if (idle) {
      remove(*connection);
    } else if (connection->in_.empty()) {
      connection->framing_.keep_alive = false;
    }
  }
  http2_.drain();
  drainTick();
}

bool HttpServer::responsesDue() const {
  if (http2_.busy()) return true;
  return std::ranges::any_of(connections_, [](const auto& connection) {
    return connection && (connection->held_ || !connection->out_.empty() || !connection->in_.empty());
  });
}

void HttpServer::drainTick() {
  if (responsesDue() && nowMs() < drain_until_ms_) {
    drain_ticker_ = loop_.after(kDrainTick, [this] { drainTick(); });
    return;
  }
  if (drained_) std::exchange(drained_, nullptr)();
}

}  // namespace sse::server
