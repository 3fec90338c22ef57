#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "sse/conformance/poll_loop.h"
#include "sse/conformance/socket_stream.h"

namespace sse::test {

/// An HTTP endpoint on a free port of the loopback, by the test's own loop. What it says, and when, is the test's.
class Endpoint {
 public:
  /// A question that has come.
  struct Asked {
    int connection;
    std::string head;
    nlohmann::json document;
  };

  explicit Endpoint(conformance::PollLoop& loop) : loop_(loop), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::listen(fd_, 128);
    socklen_t size = sizeof(address);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    watch_ = loop.watch(fd_, kReadable, [this](std::uint32_t) { accept(); });
  }
  ~Endpoint() {
    if (fd_ >= 0) ::close(fd_);
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  [[nodiscard]] std::string url(const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + "/auth?key=hidden";
  }

  /// Nobody listens on the port any more.
  void down() {
    watch_.cancel();
    ::close(fd_);
    fd_ = -1;
    peers_.clear();
  }
  void say(int connection, const std::string& bytes) {
    const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    REQUIRE(peers_.at(connection).stream->write(std::span(&part, 1)).ok());
  }
  void hangUp(int connection) { peers_.erase(connection); }

  static std::string ok(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  std::vector<Asked> asked;
  std::string answer;  ///< to every question; empty: none, the test says one
  int connections = 0;

 private:
  struct Peer {
    std::unique_ptr<conformance::SocketStream> stream;
    std::string bytes;
    Registration watch;
  };

  void accept() {
    for (int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK); fd >= 0;
         fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK)) {
      const int number = ++connections;
      auto& peer = peers_[number];
      peer.stream = std::make_unique<conformance::SocketStream>(fd);
      peer.watch = loop_.watch(fd, kReadable, [this, number](std::uint32_t) { read(number); });
    }
  }

  void read(int number) {
    auto& peer = peers_.at(number);
    char buffer[65536];
    const auto got = peer.stream->read(buffer);
    if (!got.ok()) return hangUp(number);
    peer.bytes.append(buffer, *got);
    const auto end = peer.bytes.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const auto length = std::stoul(peer.bytes.substr(peer.bytes.find("Content-Length: ") + 16));
    if (peer.bytes.size() < end + 4 + length) return;
    asked.push_back({number, peer.bytes.substr(0, end), nlohmann::json::parse(peer.bytes.substr(end + 4, length))});
    peer.bytes.clear();
    if (!answer.empty()) say(number, answer);
  }

  conformance::PollLoop& loop_;
  int fd_;
  std::uint16_t port_ = 0;
  std::map<int, Peer> peers_;
  Registration watch_;
};

}  // namespace sse::test
