#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <doctest/doctest.h>
#include <functional>
#include <future>
#include <memory>
#include <poll.h>
#include <set>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "core/channel/book.h"
#include "net/event_loop.h"
#include "sse/conformance/fake_metrics.h"
#include "stream/clients.h"
#include "stream/streamer.h"
#include "support/stream_text.h"

namespace sse::test {

/// The other end of a stream: what it got, taken apart.
struct Reader {
  base::Fd fd;
  stream::Session* session = nullptr;
  bool chunked = true;
  std::string head;
  std::string raw;  ///< behind the head, not taken apart yet
  std::string text;
  std::vector<Block> blocks;
  bool ended = false;   ///< the last chunk came
  bool closed = false;  ///< the socket was closed

  /// Takes at most `most` bytes from the socket.
  void read(std::size_t most = SIZE_MAX) {
    std::vector<char> buffer(std::min<std::size_t>(most, 65536));
    while (most > 0 && !closed) {
      const ssize_t got = ::recv(fd.get(), buffer.data(), std::min(most, buffer.size()), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) break;
      closed = got <= 0;
      if (got > 0) raw.append(buffer.data(), static_cast<std::size_t>(got));
      most -= static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
    takeApart();
  }
  void takeApart() {
    if (head.empty()) {
      const auto end = raw.find("\r\n\r\n");
      if (end == std::string::npos) return;
      head = raw.substr(0, end + 4);
      raw.erase(0, end + 4);
    }
    text += chunked ? takeChunks(raw, ended) : std::exchange(raw, {});
    for (auto& block : takeBlocks(text)) blocks.push_back(std::move(block));
  }
  /// The data of all events so far.
  [[nodiscard]] std::vector<std::string> data() const {
    std::vector<std::string> out;
    for (const auto& block : blocks) {
      if (block.data) out.push_back(*block.data);
    }
    return out;
  }
};

/// One loop with a Streamer over a journal, on a thread of its own that a test drives call by call, and sockets to it.
struct World {
  explicit World(const channel::Limits& limits = {}, const stream::StreamSettings& settings = {})
      : book(limits), streamer(loop, 0, book.journal, clients, settings, metrics) {
    book.wake = [this] { loop.wake(); };
    loop.atTurnEnd([this] {
      more_ = streamer.turn();
      return more_.load();
    });
    thread_ = std::thread([this] { loop.run(); });
  }
  ~World() {
    loop.stop();
    thread_.join();
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
  /// Until the loop has nothing more to do by itself.
  void settle() {
    do {
      on([] {});
      on([] {});
    } while (more_);
  }

  /// How many streams there are.
  std::size_t size() {
    std::size_t size = 0;
    on([&] { size = streamer.size(); });
    return size;
  }

  struct Wish {
    std::vector<std::string> channels = {"a"};
    std::string client;
    stream::Framing framing = stream::Framing::Chunked;
    int send_buffer = 0;
    std::optional<Duration> expires;
    std::uint64_t credential = 0;
    stream::Start start;
  };
  /// Opens a stream and settles.
  std::unique_ptr<Reader> open(Wish wish) {
    auto reader = std::make_unique<Reader>();
    on([&] { openNow(*reader, wish); });
    settle();
    reader->read();
    return reader;
  }
  std::unique_ptr<Reader> open(const std::string& channel = "a") {
    Wish wish;
    wish.channels = {channel};
    return open(wish);
  }
  /// On the loop: joins and opens in one go.
  void openNow(Reader& reader, Wish& wish) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    reader.fd.reset(ends[1]);
    reader.chunked = wish.framing == stream::Framing::Chunked;
    if (wish.send_buffer > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &wish.send_buffer, sizeof(int));
    stream::Opening opening;
    opening.socket.fd.reset(ends[0]);
    opening.framing = wish.framing;
    opening.head = "HTTP/1.1 200 OK\r\n\r\n";
    opening.channels = wish.channels;
    opening.client = wish.client;
    opening.credential = wish.credential;
    if (wish.expires) opening.expires = loop.now() + *wish.expires;
    REQUIRE(loop.add(ends[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, nullptr));
    const auto joined = streamer.join(wish.channels);
    reader.session = streamer.open(std::move(opening), joined, std::move(wish.start));
  }

  /// Appends on the loop, all in one turn, and settles.
  void publish(const std::vector<std::pair<std::string, std::string>>& events) {
    on([&] {
      for (const auto& [channel, data] : events) book.publish(channel, data);
    });
    settle();
  }
  void publish(const std::string& channel, const std::string& data) { publish({{channel, data}}); }

  /// Reads until `done`, or fails after a while.
  void readUntil(Reader& reader, const std::function<bool()>& done) {
    const auto deadline = Clock::now() + std::chrono::seconds(20);
    reader.read();
    while (!done() && !reader.closed) {
      REQUIRE(Clock::now() < deadline);
      pollfd poll{reader.fd.get(), POLLIN, 0};
      ::poll(&poll, 1, 1000);
      reader.read();
    }
  }

  channel::Journal& journal() { return book.journal; }

  Book book;
  net::EventLoop loop;
  stream::ClientRegistry clients;
  conformance::FakeMetrics cells;
  stream::StreamMetrics metrics{cells};
  stream::Streamer streamer;

 private:
  std::atomic<bool> more_{false};
  std::thread thread_;
};

/// A gap's JSON without its braces, for comparing.
inline Block gap(const std::string& id, const std::string& channel, const std::string& oldest = "null") {
  const std::string old = oldest == "null" ? oldest : '"' + oldest + '"';
  return {id,
          "gap",
          "{\"channel\":\"" + channel + "\",\"last_event_id\":\"last\",\"reason\":\"why\",\"oldest_id\":" + old + "}",
          {}};
}

using Texts = std::vector<std::string>;

}  // namespace sse::test
