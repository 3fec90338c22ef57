#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/dialect.h"
#include "bench/publisher.h"
#include "bench/server.h"

namespace sse::bench {

/// Several publishers of 64 B events, each with its own channels (those whose number modulo the publishers is its own),
/// taken in turn, so that the events of a channel keep their order.
class Crowd {
 public:
  /// Every request has `headers`, whole lines, besides.
  Crowd(Poller& poller, const Server& server, size_t publishers, size_t channels, const Tls* tls = nullptr,
        std::string_view headers = {});

  /// Keeps `window` requests of each publisher in flight for so long, then waits for the last answer.
  void run(size_t window, double seconds);

  uint64_t answered() const;
  uint64_t nextOf(size_t channel) const { return next_[channel]; }

 private:
  void publish(size_t index, uint64_t count);

  Poller& poller_;
  PublishRequests requests_;
  std::vector<uint64_t> next_;  // by channel
  std::vector<size_t> cursor_;  // by publisher
  std::vector<std::unique_ptr<Publisher>> publishers_;
  std::string out_;
  bool running_ = false;
};

}  // namespace sse::bench
