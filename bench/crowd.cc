#include "bench/crowd.h"

#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr size_t kEventSize = 64;

}  // namespace

Crowd::Crowd(Poller& poller, const Server& server, size_t publishers, size_t channels, const Tls* tls,
             std::string_view headers)
    : poller_(poller), requests_(server.kind(), kEventSize, headers), next_(channels, 0), cursor_(publishers) {
  for (size_t i = 0; i < publishers; ++i) {
    cursor_[i] = i;
    publishers_.push_back(std::make_unique<Publisher>(poller, server.port(), tls));
    publishers_[i]->onAnswers([this, i](uint64_t count) {
      if (running_) publish(i, count);
    });
  }
}

void Crowd::run(size_t window, double seconds) {
  running_ = true;
  for (size_t i = 0; i < publishers_.size(); ++i) publish(i, window);
  const int64_t end = nowNs() + static_cast<int64_t>(seconds * 1e9);
  poller_.until([&] { return nowNs() >= end; }, [this] { return answered(); });
  running_ = false;
  for (auto& publisher : publishers_) publisher->drain();
}

uint64_t Crowd::answered() const {
  uint64_t total = 0;
  for (const auto& publisher : publishers_) total += publisher->answered();
  return total;
}

void Crowd::publish(size_t index, uint64_t count) {
  out_.clear();
  for (uint64_t i = 0; i < count; ++i) {
    size_t& channel = cursor_[index];
    requests_.append(out_, channel, next_[channel]++);
    channel += publishers_.size();
    if (channel >= next_.size()) channel = index;
  }
  publishers_[index]->send(out_, count);
}

}  // namespace sse::bench
