#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "auth/webhook/answer.h"
#include "auth/webhook/answer_cache.h"
#include "auth/webhook/config.h"
#include "auth/webhook/counters.h"
#include "auth/webhook/question.h"

namespace sse::webhook {

/// What one configuration knows and how it decides: settings, remembered answers, what a failure means. Shared by loops
/// and control thread; a reload makes another, which knows nothing yet. Refusals have a cache of their own, so that who
/// sends bad tokens pushes out no good ones. [any]
class Judge {
 public:
  Judge(Config config, Counters& counters);

  [[nodiscard]] const Config& config() const { return config_; }

  /// Whether the endpoint is to be asked about this request, and not another plugin.
  [[nodiscard]] bool concerns(const AuthRequest& request) const;
  /// The decision by a remembered answer; nothing where there is none.
  std::optional<Decision> recall(const AuthRequest& request);
  std::optional<Decision> recall(const Question& question);
  /// Remembers what the endpoint said, for as long as it allows.
  void remember(const Question& question, const std::shared_ptr<const Answer>& answer);
  /// Forgets all answers for good: another configuration counts now.
  void retire() {
    allowed_.close();
    refused_.close();
  }
  /// The decision by an answer that has just come.
  Decision judge(const Answer& answer, const Question& question);
  /// The decision where there is no answer.
  Decision undecided(Action action);
  /// The same where that is our own doing, which never lets anybody in.
  Decision unavailable(const char* reason);

 private:
  using End = std::optional<std::chrono::system_clock::time_point>;

  Decision counted(Decision decision, End certificate_end);

  const Config config_;
  Counters& counters_;
  AnswerCache allowed_;
  AnswerCache refused_;
};

}  // namespace sse::webhook
