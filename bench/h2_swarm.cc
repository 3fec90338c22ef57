#include "bench/h2_swarm.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <sys/socket.h>

#include "bench/dialect.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr unsigned char kData = 0;
constexpr unsigned char kHeaders = 1;
constexpr unsigned char kSettings = 4;
constexpr unsigned char kWindow = 8;
constexpr size_t kWaiting = 20;  // connections that may wait for their answers at a time
constexpr std::string_view kPath = "/subscribe/0";

void number(std::string& out, size_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

void frame(std::string& out, unsigned char type, unsigned char flags, size_t stream, std::string_view payload) {
  number(out, payload.size(), 3);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  number(out, stream, 4);
  out += payload;
}

/// Preface, windows as large as they can be, and a GET on each stream.
std::string opening(size_t streams) {
  std::string out = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  std::string window;
  number(window, 4, 2);
  number(window, 0x7fffffff, 4);
  frame(out, kSettings, 0, 0, window);
  std::string update;
  number(update, 0x7fffffff - 65535, 4);
  frame(out, kWindow, 0, 0, update);
  std::string block = "\x82\x86\x04";
  block += static_cast<char>(kPath.size());
  block += kPath;
  block += "\x01\x01h";
  for (size_t i = 0; i < streams; ++i) frame(out, kHeaders, 5, 2 * i + 1, block);
  return out;
}

}  // namespace

H2Swarm::~H2Swarm() {
  for (const auto& connection : connections_) closeHard(connection->fd_);
}

void H2Swarm::connect(size_t connections, size_t streams) {
  streams_ = streams;
  const std::string request = opening(streams);
  const auto await = [&](size_t count) {
    const auto answered = [this] { return answered_; };
    if (!poller_.until([&] { return answered_ >= count * streams; }, answered)) {
      throw std::runtime_error("streams: no answers for seconds, " + std::to_string(answered_) + " so far");
    }
  };
  for (size_t i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<Connection>(*this, connectTo(port_, i), streams));
    sendAll(connections_.back()->fd_, request);
    poller_.add(connections_.back()->fd_, EPOLLIN, *connections_.back());
    await(i < kWaiting ? 0 : i - kWaiting);
  }
  await(connections);
}

bool H2Swarm::await(uint64_t total) {
  const auto seen = [this] { return tally_.received + tally_.lost; };
  return poller_.until([&] { return seen() >= total; }, seen);
}

void H2Swarm::close(uint64_t end) {
  for (const auto& connection : connections_) {
    for (const uint64_t next : connection->next_) tally_.lost += end > next ? end - next : 0;
  }
}

void H2Swarm::Connection::ready(uint32_t) {
  auto& buffer = swarm_.buffer_;
  for (;;) {
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) throw std::runtime_error("connection of HTTP/2: closed by the server");
    take({buffer.data(), static_cast<size_t>(got)});
    if (static_cast<size_t>(got) < buffer.size()) return;
  }
}

void H2Swarm::Connection::take(std::string_view bytes) {
  while (!bytes.empty()) {
    if (head_size_ < head_.size()) {
      const size_t more = std::min(bytes.size(), head_.size() - head_size_);
      std::memcpy(head_.data() + head_size_, bytes.data(), more);
      head_size_ += more;
      bytes.remove_prefix(more);
      if (head_size_ == head_.size()) begin();
    }
    const auto payload = bytes.substr(0, left_);
    if (head_size_ == head_.size() && head_[3] == kData) scan(payload);
    left_ -= payload.size();
    bytes.remove_prefix(payload.size());
    if (head_size_ == head_.size() && left_ == 0) head_size_ = 0;
  }
}

void H2Swarm::Connection::begin() {
  left_ = size_t{head_[0]} << 16 | size_t{head_[1]} << 8 | head_[2];
  swarm_.answered_ += head_[3] == kHeaders ? 1 : 0;
  if (head_[3] != kData && head_[3] != kHeaders && head_[3] != kSettings && head_[3] != kWindow) {
    throw std::runtime_error("connection of HTTP/2: got a frame of type " + std::to_string(head_[3]));
  }
}

/// An event is never cut by the end of a DATA frame here, but may be by the end of a read.
void H2Swarm::Connection::scan(std::string_view payload) {
  while (!payload.empty()) {
    if (digits_ == 0) {
      const auto found = payload.find(kMarker);
      if (found == std::string_view::npos) return;
      payload.remove_prefix(found + 1);
      digits_ = kMarkerDigits;
      partial_ = 0;
    }
    for (; digits_ > 0 && !payload.empty(); --digits_) {
      partial_ = partial_ * 10 + static_cast<uint64_t>(payload.front() - '0');
      payload.remove_prefix(1);
    }
    if (digits_ == 0) event(partial_);
  }
}

void H2Swarm::Connection::event(uint64_t sequence) {
  const size_t stream = size_t{head_[5]} << 24 | size_t{head_[6]} << 16 | size_t{head_[7]} << 8 | head_[8];
  uint64_t& next = next_.at(stream / 2);
  Tally& tally = swarm_.tally_;
  if (sequence >= next) {
    ++tally.received;
    tally.lost += sequence - next;
    next = sequence + 1;
  } else if (sequence + 1 == next) {
    ++tally.repeated;
  } else {
    ++tally.disordered;
  }
}

}  // namespace sse::bench
