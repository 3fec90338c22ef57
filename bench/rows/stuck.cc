// Subscribers that stop reading: what each costs, and what the others notice.
#include <algorithm>
#include <unordered_set>

#include "bench/publisher.h"
#include "bench/row.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr size_t kEventSize = 16 * 1024;
constexpr size_t kSampleEvery = 10;

class StuckRun {
 public:
  StuckRun(Server& server, const Sizes& sizes)
      : server_(server),
        swarm_(poller_, server.port()),
        requests_(server.kind(), kEventSize),
        stuck_(sizes.stuck / 10),
        rounds_(std::max<size_t>(40, static_cast<size_t>(200 * std::min(1.0, sizes.seconds)))) {
    swarm_.connect(sizes.stuck, [](size_t) { return subscribeRequest(0); });
    publisher_ = std::make_unique<Publisher>(poller_, server.port());
    for (size_t i = 0; i < stuck_; ++i) stuck_ports_.insert(localPort(swarm_.fd(i)));
  }

  RowResult run() {
    RowResult result;
    std::vector<uint32_t> before;
    std::vector<uint32_t> after;
    publish(rounds_ / 4, swarm_.size(), nullptr);
    publish(rounds_, swarm_.size(), &before);
    const uint64_t user_before = server_.process().anonymousBytes();

    swarm_.mute(stuck_);
    sampling_ = true;
    // Enough to fill the socket buffers of the stuck ones up to the system's limit of 4 MiB, and more.
    publish(rounds_ * 2, swarm_.size() - stuck_, &after);
    swarm_.close(sequence_);

    const auto per_reader = [this](uint64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(stuck_); };
    const uint64_t user = user_peak_ > user_before ? user_peak_ - user_before : 0;
    result.metrics["user_bytes_per_stuck"] = per_reader(user);
    result.metrics["kernel_bytes_per_stuck"] = per_reader(kernel_peak_);
    result.metrics["bytes_per_stuck"] = per_reader(user + kernel_peak_);
    result.metrics["p99_us_none_stuck"] = percentile(before, 0.99);
    result.metrics["p99_us_stuck"] = percentile(after, 0.99);
    result.metrics["p99_ratio"] = result.metrics["p99_us_stuck"] / result.metrics["p99_us_none_stuck"];
    result.tally = swarm_.tally();
    return result;
  }

 private:
  void publish(size_t rounds, size_t readers, std::vector<uint32_t>* latencies) {
    for (size_t i = 0; i < rounds; ++i) {
      std::string out;
      requests_.append(out, 0, sequence_++);
      expected_ += readers;
      swarm_.measureFrom(nowNs(), latencies);
      publisher_->send(out, 1);
      const bool all = swarm_.await(expected_);
      publisher_->drain();
      if (sampling_ && i % kSampleEvery == 0) sample();
      if (!all) break;
    }
    swarm_.measureFrom(0, nullptr);
  }

  void sample() {
    user_peak_ = std::max(user_peak_, server_.process().anonymousBytes());
    kernel_peak_ = std::max(kernel_peak_, kernelBytes(server_.port(), stuck_ports_));
  }

  Server& server_;
  Poller poller_;
  Swarm swarm_;
  PublishRequests requests_;
  size_t stuck_;
  size_t rounds_;
  std::unique_ptr<Publisher> publisher_;
  std::unordered_set<uint16_t> stuck_ports_;
  uint64_t sequence_ = 0;
  uint64_t expected_ = 0;
  bool sampling_ = false;
  uint64_t user_peak_ = 0;
  uint64_t kernel_peak_ = 0;
};

}  // namespace

RowResult runStuck(Server& server, const Sizes& sizes) { return StuckRun(server, sizes).run(); }

}  // namespace sse::bench
