// Publishers that keep a window of requests in flight: to many channels, to nobody, to one subscriber.
#include <memory>

#include "bench/publisher.h"
#include "bench/row.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr size_t kEventSize = 64;

/// Several publishers, each with its own channels (those whose number modulo the publishers is its own), taken in turn,
/// so that the events of a channel keep their order.
class Crowd {
 public:
  Crowd(Poller& poller, Server& server, size_t publishers, size_t channels)
      : poller_(poller), requests_(server.kind(), kEventSize), next_(channels, 0), cursor_(publishers) {
    for (size_t i = 0; i < publishers; ++i) {
      cursor_[i] = i;
      publishers_.push_back(std::make_unique<Publisher>(poller, server.port()));
      publishers_[i]->onAnswers([this, i](uint64_t count) {
        if (running_) publish(i, count);
      });
    }
  }

  /// Keeps `window` requests of each publisher in flight for so long, then waits for the last answer.
  void run(size_t window, double seconds) {
    running_ = true;
    for (size_t i = 0; i < publishers_.size(); ++i) publish(i, window);
    const int64_t end = nowNs() + static_cast<int64_t>(seconds * 1e9);
    poller_.until([&] { return nowNs() >= end; }, [this] { return answered(); });
    running_ = false;
    for (auto& publisher : publishers_) publisher->drain();
  }

  uint64_t answered() const {
    uint64_t total = 0;
    for (const auto& publisher : publishers_) total += publisher->answered();
    return total;
  }

  uint64_t nextOf(size_t channel) const { return next_[channel]; }

 private:
  void publish(size_t index, uint64_t count) {
    out_.clear();
    for (uint64_t i = 0; i < count; ++i) {
      size_t& channel = cursor_[index];
      requests_.append(out_, channel, next_[channel]++);
      channel += publishers_.size();
      if (channel >= next_.size()) channel = index;
    }
    publishers_[index]->send(out_, count);
  }

  Poller& poller_;
  PublishRequests requests_;
  std::vector<uint64_t> next_;  // by channel
  std::vector<size_t> cursor_;  // by publisher
  std::vector<std::unique_ptr<Publisher>> publishers_;
  std::string out_;
  bool running_ = false;
};

RowResult publishOnly(Server& server, const Sizes& sizes, size_t publishers, size_t window) {
  Poller poller;
  Crowd crowd(poller, server, publishers, publishers);
  crowd.run(window, sizes.seconds / 4);

  RowResult result;
  const uint64_t before = crowd.answered();
  Stopwatch watch(server);
  crowd.run(window, sizes.seconds);
  watch.stop();
  const auto published = static_cast<double>(crowd.answered() - before);
  result.metrics["acknowledged_per_s"] = published / watch.seconds();
  result.metrics["cpu_us_per_publish"] = watch.serverCpu() * 1e6 / published;
  watch.report(result);
  return result;
}

/// Publishes with a window to channels of one subscriber each and waits for the last delivery.
RowResult publishAndDeliver(Server& server, size_t channels, size_t publishers, size_t window, double seconds) {
  Poller poller;
  Swarm swarm(poller, server.port());
  swarm.connect(channels, [](size_t i) { return subscribeRequest(i); });
  Crowd crowd(poller, server, publishers, channels);
  crowd.run(window, seconds / 4);
  swarm.await(crowd.answered());

  RowResult result;
  const uint64_t before = swarm.tally().received;
  Stopwatch watch(server);
  crowd.run(window, seconds);
  swarm.await(crowd.answered());
  watch.stop();
  swarm.close([&](size_t channel) { return crowd.nextOf(channel); });
  const auto delivered = static_cast<double>(swarm.tally().received - before);
  result.metrics["cpu_us_per_delivery"] = watch.serverCpu() * 1e6 / delivered;
  result.metrics["deliveries_per_s"] = delivered / watch.seconds();
  watch.report(result);
  result.tally = swarm.tally();
  return result;
}

}  // namespace

RowResult runMany(Server& server, const Sizes& sizes) {
  return publishAndDeliver(server, sizes.channels, 4, 16, sizes.seconds);
}
RowResult runPublishPipelined(Server& server, const Sizes& sizes) { return publishOnly(server, sizes, 4, 32); }
RowResult runPublishSingly(Server& server, const Sizes& sizes) { return publishOnly(server, sizes, 32, 1); }
RowResult runFlood(Server& server, const Sizes& sizes) { return publishAndDeliver(server, 1, 1, 64, sizes.seconds); }

}  // namespace sse::bench
