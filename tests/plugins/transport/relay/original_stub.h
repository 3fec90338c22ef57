#pragma once

#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "sse/conformance/poll_loop.h"
#include "sse/socket_stream.h"

namespace sse::test {

/// A node of the original program as a poster meets it: knows no upgrade, takes POSTs and answers as the test says.
class OriginalStub {
 public:
  struct Post {
    std::string path;
    std::string head;
    nlohmann::json body;
  };

  explicit OriginalStub(conformance::PollLoop& loop) : loop_(loop) { listen(); }
  ~OriginalStub() { refuse(); }

  /// Closes all connections and listens no more.
  void refuse() {
    watch_.cancel();
    connections_.clear();
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }
  /// Closes all connections.
  void cut() { connections_.clear(); }

  /// Listens again, on the same port.
  void listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    socklen_t size = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    watch_ = loop_.watch(listener_, kReadable, [this](std::uint32_t) { acceptAll(); });
  }

  /// The data of all posts, in order.
  [[nodiscard]] std::vector<nlohmann::json> datas() const {
    std::vector<nlohmann::json> datas;
    for (const auto& post : posts) datas.push_back(post.body["data"]);
    return datas;
  }
  [[nodiscard]] std::string key() const { return "127.0.0.1:" + std::to_string(port); }

  static std::string status(int code, const std::string& more = {}) {
    return "HTTP/1.1 " + std::to_string(code) + " x\r\n" + more + "Content-Length: 2\r\n\r\nok";
  }

  std::uint16_t port = 0;
  std::vector<Post> posts;
  std::size_t asked = 0;  ///< for a relay
  std::size_t accepted = 0;
  std::string not_found = status(404);
  /// What a POST is answered; empty: nothing.
  std::function<std::string(const Post&)> answer = [](const Post&) { return status(200); };
  bool closes = false;  ///< after each answer

 private:
  struct Connection {
    std::unique_ptr<SocketStream> stream;
    std::string bytes;
    Registration watch;
    bool over = false;
  };

  void acceptAll() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      ++accepted;
      auto connection = std::make_shared<Connection>();
      connection->stream = std::make_unique<SocketStream>(fd);
      connection->watch = loop_.watch(
          fd, kReadable, [this, raw = std::weak_ptr<Connection>(connection)](std::uint32_t) { read(raw.lock()); });
      connections_.push_back(std::move(connection));
    }
  }

  void read(const std::shared_ptr<Connection>& connection) {
    char buffer[65536];
    const auto got = connection->stream->read(buffer);
    connection->over = connection->over || !got.ok();
    if (got.ok()) connection->bytes.append(buffer, *got);
    while (!connection->over && takeRequest(*connection)) {
    }
    std::erase_if(connections_, [](const auto& each) { return each->over; });
  }

  bool takeRequest(Connection& connection) {
    auto& bytes = connection.bytes;
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto head = bytes.substr(0, end + 2);
    const auto at = head.find("Content-Length: ");
    const std::size_t size = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    if (bytes.size() < end + 4 + size) return false;
    const auto body = bytes.substr(end + 4, size);
    bytes.erase(0, end + 4 + size);
    if (head.starts_with("GET /relay ")) {
      ++asked;
      say(connection, not_found);
      return true;
    }
    REQUIRE(head.starts_with("POST "));
    posts.push_back({head.substr(5, head.find(' ', 5) - 5), head, nlohmann::json::parse(body)});
    say(connection, answer(posts.back()));
    return true;
  }

  void say(Connection& connection, const std::string& text) const {
    const iovec part{const_cast<char*>(text.data()), text.size()};
    if (!text.empty()) REQUIRE(connection.stream->write(std::span<const iovec>(&part, 1)).ok());
    connection.over = closes;
  }

  conformance::PollLoop& loop_;
  int listener_ = -1;
  Registration watch_;
  std::vector<std::shared_ptr<Connection>> connections_;
};

}  // namespace sse::test
