#pragma once

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sse::client::test {

/// What the stub does with a request: these bytes, then the end of the connection or the wait for the next request.
struct Answer {
  std::string bytes;
  bool close = false;
};

inline Answer respond(const std::string& status, const std::string& type, const std::string& body, bool close = false) {
  return {"HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body,
          close};
}

/// A stream that has this much and goes on, or ends.
inline Answer stream(const std::string& body, bool close) {
  return {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n" + body, close};
}

/// A real server on a free port of the loopback, one connection at a time, in a thread of its own.
class HttpStub {
 public:
  explicit HttpStub(std::function<Answer(const std::string& request)> answer)
      : answer_(std::move(answer)),
        listener_(Poco::Net::SocketAddress("127.0.0.1", 0)),
        port_(listener_.address().port()),
        thread_([this] { run(); }) {}
  ~HttpStub() {
    stopping_ = true;
    thread_.join();
  }
  HttpStub(const HttpStub&) = delete;
  HttpStub& operator=(const HttpStub&) = delete;

  [[nodiscard]] std::string url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }
  [[nodiscard]] int connections() const { return connections_; }
  /// How many of them have ended: their peers can see it once this counts them.
  [[nodiscard]] int ended() const { return ended_; }
  /// Head and body of each request so far.
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  static constexpr int kSliceMicroseconds = 10000;

  void run() {
    while (!stopping_) {
      if (!listener_.poll(Poco::Timespan(kSliceMicroseconds), Poco::Net::Socket::SELECT_READ)) continue;
      accept();
      ++ended_;
    }
  }

  void accept() {
    auto socket = listener_.acceptConnection();
    ++connections_;
    try {
      serve(socket);
    } catch (const Poco::Exception&) {
    }
  }

  void serve(Poco::Net::StreamSocket& socket) {
    std::string bytes;
    char buffer[4096];
    while (!stopping_) {
      if (!socket.poll(Poco::Timespan(kSliceMicroseconds), Poco::Net::Socket::SELECT_READ)) continue;
      const int count = socket.receiveBytes(buffer, sizeof buffer);
      if (count <= 0) return;
      bytes.append(buffer, static_cast<std::size_t>(count));
      if (!complete(bytes)) continue;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(bytes);
      }
      const auto answer = answer_(std::exchange(bytes, {}));
      socket.sendBytes(answer.bytes.data(), static_cast<int>(answer.bytes.size()));
      if (answer.close) return;
    }
  }

  static bool complete(const std::string& bytes) {
    const auto head = bytes.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const auto length = bytes.find("Content-Length: ");
    return length > head || bytes.size() >= head + 4 + std::stoul(bytes.substr(length + 16));
  }

  const std::function<Answer(const std::string&)> answer_;
  Poco::Net::ServerSocket listener_;
  const int port_;
  std::atomic<int> connections_{0};
  std::atomic<int> ended_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace sse::client::test
