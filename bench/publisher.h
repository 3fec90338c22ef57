#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bench/poller.h"
#include "bench/tls.h"

namespace sse::bench {

/// One keep-alive connection that publishes, pipelined, and counts the answers.
class Publisher final : public Watcher {
 public:
  /// With `tls` it speaks TLS.
  Publisher(Poller& poller, uint16_t port, const Tls* tls = nullptr);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Sends `count` whole requests in as few writes as the socket takes.
  void send(std::string_view requests, uint64_t count);

  /// Called with the number of answers that one read brought.
  void onAnswers(std::function<void(uint64_t)> callback) { on_answers_ = std::move(callback); }

  uint64_t answered() const { return answered_; }
  uint64_t outstanding() const { return sent_ - answered_; }

  /// Turns until nothing is outstanding. Throws std::runtime_error if the server goes silent.
  void drain();

  void ready(uint32_t events) override;

 private:
  void flush();
  uint64_t parse();

  Poller& poller_;
  int fd_;
  ssl_st* tls_;  // none: plain
  uint64_t sent_ = 0;
  uint64_t answered_ = 0;
  std::string out_;
  std::string in_;
  std::function<void(uint64_t)> on_answers_;
};

}  // namespace sse::bench
