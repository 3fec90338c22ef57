#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <doctest/doctest.h>
#include <functional>
#include <future>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "net/socket.h"
#include "server/http_server.h"
#include "sse/conformance/fake_logger.h"
#include "sse/conformance/fake_metrics.h"

namespace sse::test {

/// A client's end of a TCP connection on loopback.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }

  void send(std::string_view bytes) const {
    REQUIRE(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  void endSending() const { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }

  /// Reads until `text` holds `what`, `times` times; false where the connection ends before.
  bool readUntil(std::string_view what, std::size_t times = 1) {
    return read([&] {
      std::size_t found = 0;
      for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
      return found >= times;
    });
  }
  /// Reads until the other side closes; false where it resets.
  bool readToEnd() {
    read([] { return false; });
    return !reset;
  }

  std::string text;
  bool ended = false;
  bool reset = false;

 private:
  bool read(const std::function<bool()>& done) {
    const auto deadline = Clock::now() + std::chrono::seconds(20);
    std::vector<char> buffer(65536);
    while (!done()) {
      REQUIRE(Clock::now() < deadline);
      pollfd poll{fd_.get(), POLLIN, 0};
      if (::poll(&poll, 1, 1000) <= 0) continue;
      const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (got > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(got));
        continue;
      }
      ended = true;
      reset = got < 0;
      return done();
    }
    return true;
  }
  base::Fd fd_;
};

/// Answers as the paths say, with method, path and body. A POST is answered at the end of the turn only, as publishes
/// are.
class Answers final : public server::Handler {
 public:
  void onRequest(server::Exchange& connection, const http::Head& head, std::string_view body) override {
    seen.push_back(std::string(head.method_text) + " " + std::string(head.path));
    const std::string text = seen.back() + " [" + std::string(body) + "]";
    if (head.method == http::Method::Post) return due_.push_back({&connection, connection.framing(), text});
    settle();
    connection.setHeaders(head.path == "/lines" ? "X-Lines: /lines\r\n" : "");
    if (head.path == "/hold") {
      held = connection.hold();
    } else if (head.path == "/big") {
      connection.respond(200, "text/plain", std::string(300'000, 'b') + text);
    } else if (head.path == "/detach") {
      unsent = connection.wholeConnection()->takeUnsent();
      socket = connection.wholeConnection()->detach(&received);
    } else {
      connection.respond(200, "text/plain", text);
    }
  }
  void settle() override {
    for (auto& due : std::exchange(due_, {})) {
      const auto present = due.connection->framing();
      due.connection->setFraming(due.framing);
      due.connection->respond(200, "text/plain", due.text);
      due.connection->setFraming(present);
    }
  }

  std::vector<std::string> seen;
  server::ConnectionId held;
  net::Connected socket;
  std::string unsent;
  std::string received;

 private:
  struct Due {
    server::Exchange* connection;
    server::Exchange::Framing framing;
    std::string text;
  };
  std::vector<Due> due_;
};

/// A server on a loop of its own thread, listening on loopback.
struct ServerWorld {
  explicit ServerWorld(const server::ServerSettings& settings = {}, const net::Admission::Limits& limits = {})
      : admission(limits), server(loop, answers, settings, metrics, log) {
    server.listen(listener(port), admission, false);
    loop.atTurnEnd([this] {
      answers.settle();
      return server.turn();
    });
    thread_ = std::thread([this] { loop.run(); });
  }
  ~ServerWorld() {
    loop.stop();
    thread_.join();
  }
  static base::Fd listener(std::uint16_t& port) {
    net::ListenSettings settings;
    settings.address = "127.0.0.1";
    auto fd = net::listenOn(settings);
    port = net::localPort(fd.value().get());
    return std::move(fd).value();
  }

  /// Runs `call` on the loop.
  void on(const std::function<void()>& call) {
    std::promise<void> done;
    loop.post([&] {
      call();
      done.set_value();
    });
    done.get_future().wait();
  }
  /// Lets the loop turn until `done`, asked on the loop, says so.
  void waitFor(const std::function<bool()>& done) {
    bool is = false;
    while (!is) on([&] { is = done(); });
  }
  void waitForHeld() {
    waitFor([this] { return server.find(answers.held) != nullptr; });
  }
  /// A client whose connection has been accepted.
  Client connect() {
    Client client(port);
    client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(client.readUntil("[]"));
    client.text.clear();
    return client;
  }

  net::EventLoop loop;
  Answers answers;
  conformance::FakeMetrics cells;
  conformance::FakeLogger log;
  server::ServerMetrics metrics{cells};
  net::Admission admission;
  server::HttpServer server;
  std::uint16_t port = 0;

 private:
  std::thread thread_;
};

inline std::string get(std::string_view path, std::string_view more = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
}
inline std::string post(std::string_view path, std::string_view body, std::string_view more = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(more) + "\r\n" + std::string(body);
}

}  // namespace sse::test
