#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <shared_mutex>
#include <string>

#include "auth/webhook/counters.h"
#include "auth/webhook/inquiries.h"
#include "auth/webhook/judge.h"
#include "sse/auth.h"
#include "sse/host.h"

namespace sse::webhook {

/// The auth plugin. Owned by the kernel, lives on the control thread but for `check`, which loops call: it looks for a
/// remembered answer, and else posts the question to the control thread, where all sockets are. At most `webhook.queue`
/// requests wait.
class Webhook final : public Auth {
 public:
  Result<void> configure(Host& host, std::string_view settings_json) override;
  Result<void> start() override;
  void stop() override;
  Result<void> reload(std::string_view settings_json) override;
  Decision check(const AuthRequest& request, std::function<void(Decision)> answer) override;

 private:
  /// Inquiries of a configuration that is gone, until the last of them has ended.
  struct Retired {
    std::unique_ptr<Inquiries> inquiries;
    Registration end;
  };

  void begin(Config config);
  void warn(const Config& config);
  void told(const Error* problem);
  Decision malformed(const Error& problem);
  void post(const std::shared_ptr<Judge>& judge, const std::shared_ptr<Question>& question);
  [[nodiscard]] std::shared_ptr<Judge> judge() const;

  Host* host_ = nullptr;
  std::unique_ptr<Config> configured_;  ///< from configure to start
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<Inquiries> inquiries_;
  std::deque<Retired> retired_;
  std::string problem_;  ///< of the last question; empty: it was answered
  Clock::time_point told_at_{};
  bool told_ = false;
  /// Of requests that wait. Shared with who answers them, perhaps after this is gone.
  std::shared_ptr<std::atomic<std::size_t>> waiting_ = std::make_shared<std::atomic<std::size_t>>(0);
  mutable std::shared_mutex mutex_;  ///< of `judge_` and `alive_`: held for copying a pointer
  std::shared_ptr<Judge> judge_;
  std::shared_ptr<bool> alive_;  ///< ends with `stop`
};

}  // namespace sse::webhook
