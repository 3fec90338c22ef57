#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/webhook/judge.h"
#include "auth/webhook/pool.h"
#include "sse/host.h"

namespace sse::webhook {

/// What the endpoint has been asked and has not answered, under one configuration. The same question is put once,
/// however many wait for it. Each ends within `webhook.timeout`. Owned by the plugin. [control]
class Inquiries {
 public:
  /// Told of the end of each question: nothing wrong, or what was.
  using Outcome = std::function<void(const Error* problem)>;

  Inquiries(Host& host, std::shared_ptr<Judge> judge, Counters& counters, Outcome outcome);
  /// Answers all who wait: refused for now.
  ~Inquiries();
  Inquiries(const Inquiries&) = delete;
  Inquiries& operator=(const Inquiries&) = delete;

  void ask(Question question);

 private:
  struct Inquiry {
    std::vector<Question> waiting;  ///< all the same, but for who waits
    Clock::time_point begin;
  };

  void settle(const Key& key, const Result<HttpAnswer>& answer);
  void fail(const Error& problem, const std::vector<Question>& waiting);

  Host& host_;
  const std::shared_ptr<Judge> judge_;
  Counters& counters_;
  const Outcome outcome_;
  std::unordered_map<Key, Inquiry, KeyHash> open_;
  Pool pool_;
};

}  // namespace sse::webhook
