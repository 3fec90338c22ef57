#include "server/http2_exchange.h"

#include <algorithm>

#include "server/http2_connection.h"
#include "server/http2_server.h"
#include "server/http_server.h"

namespace sse::server {

ConnectionId Http2Exchange::id() const { return {connection_.fd(), connection_.generation(), stream_id}; }

const Origin& Http2Exchange::origin() const { return connection_.origin(); }

const net::TlsSession* Http2Exchange::tls() const { return connection_.tls(); }

void Http2Exchange::respond(int status, std::string_view content_type, std::string_view body,
                            std::span<const http::Header> extra) {
  if (closed_ || answering() || streaming_) return;
  const bool bodiless = status == 204 || status == 304;
  const std::string length = std::to_string(body.size());
  std::vector<http::Header> lines{{"date", connection_.server_.http_.date()}};
  if (!content_type.empty()) lines.push_back({"content-type", content_type});
  if (!bodiless) lines.push_back({"content-length", length});
  const auto more = asHeaders(headers_);
  lines.insert(lines.end(), more.begin(), more.end());
  lines.insert(lines.end(), extra.begin(), extra.end());
  const bool head_only = bodiless || framing_.head_only || body.empty();
  connection_.session_.respond(*this, status, lines, head_only);
  body_ = std::make_unique<std::string>(head_only ? std::string_view() : body);
  since_ = connection_.server_.nowSeconds();
  connection_.markDirty();
}

void Http2Exchange::respondId(std::string_view id) {
  std::string body = "{\"id\":\"";
  body += id;
  body += "\"}";
  respond(200, "application/json", body);
}

Upstream Http2Exchange::beginStream() {
  Upstream up;
  up.outlet = this;
  std::vector<http::Header> lines{{"content-type", "text/event-stream"},
                                  {"cache-control", "no-store"},
                                  {"x-accel-buffering", "no"},
                                  {"date", connection_.server_.http_.date()}};
  const auto more = asHeaders(headers_);
  lines.insert(lines.end(), more.begin(), more.end());
  connection_.session_.respond(*this, 200, lines, false);
  std::string().swap(headers_);
  streaming_ = true;
  --connection_.busy_;
  connection_.markDirty();
  return up;
}

ConnectionId Http2Exchange::hold() {
  held_ = true;
  return id();
}

std::size_t Http2Exchange::send(std::span<const net::Piece> pieces, const net::Keeper& keeper) {
  if (closed_ || finished_) return 0;
  return connection_.sendNow(*this, pieces, keeper);
}

void Http2Exchange::finish() {
  if (closed_ || finished_) return;
  finished_ = true;
  ++connection_.busy_;
  since_ = connection_.server_.nowSeconds();
  connection_.session_.resume(*this);
  connection_.markDirty();
}

void Http2Exchange::leave() {
  user_ = nullptr;
  if (closed_ || finished_) return;
  connection_.session_.reset(*this);
  connection_.markDirty();
}

http::Http2Stream::Given Http2Exchange::give(std::size_t room) {
  if (closed_) return {};
  if (streaming_) return giveLive(room);
  if (!body_) return {};
  if (!connection_.room()) {
    connection_.waitForRoom(*this);
    return {};
  }
  const std::size_t left = body_->size() - sent_;
  const std::size_t size = std::min(room, left);
  return {size, size == left};
}

http::Http2Stream::Given Http2Exchange::giveLive(std::size_t room) {
  auto& sending = connection_.sending_;
  if (sending.who == this && sending.left > 0) {
    if (connection_.room()) return {std::min(room, sending.left), false};
    return {};
  }
  if (finished_) return {0, true};
  if (sending.who != this && !writable_ && user_ != nullptr) {
    writable_ = true;
    connection_.todo_.push_back({this, Http2Connection::What::Writable});
    connection_.markDirty();
  }
  return {};
}

void Http2Exchange::put(std::size_t size) {
  since_ = connection_.server_.nowSeconds();
  auto& outbox = connection_.outbox_;
  if (!streaming_) {
    outbox.copy(std::string_view(*body_).substr(sent_, size));
    sent_ += static_cast<std::uint32_t>(size);
    return;
  }
  auto& sending = connection_.sending_;
  sending.left -= size;
  while (size > 0) {
    const auto& piece = sending.pieces.front();
    const auto bytes = piece.bytes.substr(sending.offset, size);
    outbox.share(bytes, piece.owner, *sending.keeper);
    size -= bytes.size();
    sending.offset += bytes.size();
    if (sending.offset < piece.bytes.size()) return;
    sending.pieces = sending.pieces.subspan(1);
    sending.offset = 0;
  }
}

}  // namespace sse::server
