#include "bench/swarm.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <sys/socket.h>

#include "bench/dialect.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr size_t kConnectWindow = 400;  // below the listen queue of any of the servers

}  // namespace

ssize_t Subscriber::receive(char* into, size_t size) const {
  return tls_ != nullptr ? Tls::receive(tls_, into, size) : recv(fd_, into, size, MSG_DONTWAIT);
}

void Subscriber::ready(uint32_t) {
  std::vector<char>& buffer = swarm_->buffer_;
  for (;;) {
    const ssize_t got = receive(buffer.data(), buffer.size());
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      swarm_->poller_.remove(fd_);
      if (!open_) throw std::runtime_error("subscriber: closed before it was answered");
      ++swarm_->tally_.ended;
      return;
    }
    const std::string_view bytes(buffer.data(), static_cast<size_t>(got));
    if (!open_) {
      if (!bytes.starts_with("HTTP/1.1 200")) {
        throw std::runtime_error("subscriber: expected 200, got: " + std::string(bytes.substr(0, bytes.find('\r'))));
      }
      open_ = true;
      ++swarm_->answered_;
    }
    scan(bytes.data(), bytes.data() + bytes.size());
    // A short read has emptied the socket; by TLS it is the end of a record.
    if (bytes.size() < buffer.size() && tls_ == nullptr) return;
  }
}

void Subscriber::scan(const char* at, const char* end) {
  for (;;) {
    if (digits_ == 0) {
      at = static_cast<const char*>(std::memchr(at, kMarker, static_cast<size_t>(end - at)));
      if (at == nullptr) return;
      ++at;
      digits_ = kMarkerDigits;
      partial_ = 0;
    }
    for (; digits_ > 0 && at != end; --digits_) partial_ = partial_ * 10 + static_cast<uint64_t>(*at++ - '0');
    if (digits_ > 0) return;
    take(partial_);
    if (at == end) return;
  }
}

void Subscriber::take(uint64_t sequence) {
  Tally& tally = swarm_->tally_;
  if (sequence >= next_) {
    ++tally.received;
    tally.lost += sequence - next_;
    next_ = sequence + 1;
  } else if (sequence + 1 == next_) {
    ++tally.repeated;
  } else {
    ++tally.disordered;
  }
  if (swarm_->latencies_ != nullptr) {
    swarm_->latencies_->push_back(static_cast<uint32_t>((nowNs() - swarm_->sent_ns_) / 1000));
  }
}

Swarm::~Swarm() {
  for (Subscriber& subscriber : subscribers_) {
    if (subscriber.tls_ != nullptr) Tls::free(subscriber.tls_);
    if (subscriber.fd_ >= 0) closeHard(subscriber.fd_);
  }
}

void Swarm::prepare(size_t count, uint64_t first) {
  if (!subscribers_.empty()) throw std::logic_error("swarm: connected twice");
  subscribers_.resize(count);
  for (Subscriber& subscriber : subscribers_) {
    subscriber.swarm_ = this;
    subscriber.next_ = first;
  }
}

void Swarm::open(size_t index, const std::string& request) {
  Subscriber& subscriber = subscribers_[index];
  subscriber.fd_ = connectTo(port_, index);
  if (tls_ != nullptr) {
    subscriber.tls_ = tls_->dial(subscriber.fd_);
    Tls::send(subscriber.tls_, request);
  } else {
    sendAll(subscriber.fd_, request);
  }
  poller_.add(subscriber.fd_, EPOLLIN, subscriber);
}

void Swarm::awaitAnswers(size_t count) {
  const auto answered = [this] { return static_cast<uint64_t>(answered_); };
  if (!poller_.until([&] { return answered_ >= count; }, answered)) {
    throw std::runtime_error("subscribers: no answers for seconds, " + std::to_string(answered_) + " so far");
  }
}

void Swarm::connect(size_t count, const std::function<std::string(size_t)>& request, uint64_t first) {
  prepare(count, first);
  for (size_t i = 0; i < count; ++i) {
    open(i, request(i));
    awaitAnswers(i < kConnectWindow ? 0 : i - kConnectWindow);
  }
  awaitAnswers(count);
}

void Swarm::connectQueued(size_t count, const std::function<std::string(size_t)>& request, const Process& server) {
  prepare(count, 0);
  for (size_t i = 0; i < count;) {
    server.hold();
    for (const size_t end = std::min(count, i + kConnectWindow); i < end; ++i) open(i, request(i));
    server.release();
    awaitAnswers(i);
  }
}

void Swarm::mute(size_t count) {
  for (size_t i = 0; i < std::min(count, subscribers_.size()); ++i) {
    subscribers_[i].muted_ = true;
    poller_.remove(subscribers_[i].fd_);
  }
}

bool Swarm::await(uint64_t total) {
  const auto seen = [this] { return tally_.received + tally_.lost; };
  return poller_.until([&] { return seen() >= total; }, seen);
}

void Swarm::close(const std::function<uint64_t(size_t)>& end) {
  for (size_t i = 0; i < subscribers_.size(); ++i) {
    const Subscriber& subscriber = subscribers_[i];
    if (!subscriber.muted_ && subscriber.next_ < end(i)) tally_.lost += end(i) - subscriber.next_;
  }
}

void Swarm::measureFrom(int64_t sent_ns, std::vector<uint32_t>* into) {
  sent_ns_ = sent_ns;
  latencies_ = into;
}

}  // namespace sse::bench
