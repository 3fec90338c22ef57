#include "server/http2_server.h"

#include <algorithm>

#include "base/check.h"
#include "server/http_server.h"

namespace sse::server {

Http2Server::Http2Server(net::EventLoop& loop, HttpServer& http, Handler& handler, const ServerSettings& settings,
                         ServerMetrics& metrics)
    : loop_(loop), http_(http), handler_(handler), settings_(settings), metrics_(metrics) {}

Http2Server::~Http2Server() = default;

std::int64_t Http2Server::nowMs() const {
  return std::chrono::duration_cast<Duration>(loop_.now().time_since_epoch()).count();
}

void Http2Server::adopt(net::Connected socket, const Origin& origin, std::uint64_t generation,
                        std::string_view received) {
  const int fd = socket.fd.get();
  const auto index = static_cast<std::size_t>(fd);
  if (index >= connections_.size()) connections_.resize(std::max(index + 1, connections_.size() * 2));
  connections_[index] = std::make_unique<Http2Connection>(*this, std::move(socket), origin, generation);
  auto& connection = *connections_[index];
  loop_.retarget(fd, &connection);
  metrics_.http2_connections.add(1);
  if (draining_) connection.shutdownNotice();
  connection.begin(received);
}

Http2Connection* Http2Server::at(const Name& name) const {
  const auto index = static_cast<std::size_t>(name.fd);
  if (name.fd < 0 || index >= connections_.size() || !connections_[index]) return nullptr;
  return connections_[index]->generation() == name.generation ? connections_[index].get() : nullptr;
}

Exchange* Http2Server::find(const ConnectionId& id) const {
  const Http2Connection* connection = at({id.fd, id.generation});
  return connection == nullptr ? nullptr : connection->find(id.stream);
}

void Http2Server::release(Http2Connection& connection) {
  metrics_.http2_connections.add(-1);
  auto& owned = connections_[static_cast<std::size_t>(connection.fd())];
  SSE_CHECK(owned.get() == &connection);
  loop_.bury(std::shared_ptr<Http2Connection>(std::move(owned)));
}

bool Http2Server::turn() {
  std::vector<Name> dirty;
  dirty.swap(dirty_);
  bool more = false;
  for (const auto& name : dirty) {
    if (Http2Connection* connection = at(name)) more = connection->turn() || more;
  }
  std::vector<Name> again;
  again.swap(read_again_);
  for (const auto& name : again) {
    if (Http2Connection* connection = at(name)) connection->readAll();
  }
  return more || !again.empty() || !dirty_.empty();
}

void Http2Server::tick() {
  const std::size_t share = connections_.size() / 10 + 1;
  for (std::size_t i = 0; i < share && i < connections_.size(); ++i) {
    if (tick_at_ >= connections_.size()) tick_at_ = 0;
    if (auto& connection = connections_[tick_at_++]) connection->tick(nowSeconds());
  }
}

void Http2Server::shutdownNotice() {
  draining_ = true;
  for (auto& connection : connections_) {
    if (connection) connection->shutdownNotice();
  }
}

void Http2Server::drain() {
  for (auto& connection : connections_) {
    if (connection) connection->goodbye();
  }
}

bool Http2Server::busy() const {
  return std::ranges::any_of(connections_, [](const auto& connection) { return connection && connection->busy(); });
}

}  // namespace sse::server
