#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/poller.h"
#include "bench/swarm.h"

namespace sse::bench {

/// Subscribers of HTTP/2: `streams` on each of `connections`, all of one channel, with windows that never close. Checks
/// that every stream gets every event, once and in order.
class H2Swarm {
 public:
  H2Swarm(Poller& poller, uint16_t port) : poller_(poller), port_(port), buffer_(size_t{256} * 1024) {}
  ~H2Swarm();
  H2Swarm(const H2Swarm&) = delete;
  H2Swarm& operator=(const H2Swarm&) = delete;

  /// Returns when every stream has its answer. Throws std::runtime_error where a connection ends or none comes.
  void connect(size_t connections, size_t streams);
  /// Turns until `total` events were received or are known to be lost; false if nothing comes for seconds.
  bool await(uint64_t total);
  /// Counts as lost what streams still miss of the events before `end`.
  void close(uint64_t end);

  const Tally& tally() const { return tally_; }
  size_t size() const { return connections_.size() * streams_; }

 private:
  /// One connection: takes frames apart, however reads cut them.
  class Connection final : public Watcher {
   public:
    Connection(H2Swarm& swarm, int fd, size_t streams) : swarm_(swarm), fd_(fd), next_(streams) {}
    void ready(uint32_t events) override;

   private:
    friend class H2Swarm;
    void take(std::string_view bytes);
    void begin();
    void scan(std::string_view payload);
    void event(uint64_t sequence);

    H2Swarm& swarm_;
    int fd_;
    std::vector<uint64_t> next_;  // of each stream
    std::array<unsigned char, 9> head_{};
    size_t head_size_ = 0;
    size_t left_ = 0;  // of the frame's payload
    int digits_ = 0;
    uint64_t partial_ = 0;
  };

  Poller& poller_;
  uint16_t port_;
  size_t streams_ = 0;
  uint64_t answered_ = 0;
  Tally tally_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<char> buffer_;
};

}  // namespace sse::bench
