#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/http2_session.h"
#include "server/exchange.h"

namespace sse::server {

class Http2Connection;

/// One stream of HTTP/2: first a request, then its response or a stream of events. One that is quiet holds no buffer.
/// Owned by its Http2Connection. [loop]
class Http2Exchange final : public Exchange, public net::Outlet, public http::Http2Stream {
 public:
  Http2Exchange(Http2Connection& connection, std::uint32_t place) : connection_(connection), place_(place) {}

  [[nodiscard]] ConnectionId id() const override;
  [[nodiscard]] bool closed() const override { return closed_; }
  [[nodiscard]] const Origin& origin() const override;
  [[nodiscard]] const net::TlsSession* tls() const override;
  void respond(int status, std::string_view content_type, std::string_view body,
               std::span<const http::Header> extra = {}) override;
  void respondId(std::string_view id) override;
  Upstream beginStream() override;
  ConnectionId hold() override;
  void answered() override { held_ = false; }

  void attach(net::Pollable* user) override { user_ = user; }
  std::size_t send(std::span<const net::Piece> pieces, const net::Keeper& keeper) override;
  void finish() override;
  void leave() override;

  Given give(std::size_t room) override;
  void put(std::size_t size) override;

 private:
  friend class Http2Connection;
  Given giveLive(std::size_t room);
  [[nodiscard]] bool answering() const { return body_ != nullptr || finished_; }

  Http2Connection& connection_;
  net::Pollable* user_ = nullptr;
  std::unique_ptr<std::string> body_;  ///< of the response, while it goes out
  std::uint32_t sent_ = 0;             ///< of the body
  std::uint32_t place_;                ///< among the connection's
  std::uint32_t since_ = 0;            ///< loop seconds of the last progress, where there is a deadline
  bool streaming_ = false;
  bool finished_ = false;
  bool waiting_ = false;   ///< for room in the outbox
  bool writable_ = false;  ///< its window has opened; to be told
  bool closed_ = false;
};

}  // namespace sse::server
