#include "auth/webhook/inquiries.h"

#include <utility>

namespace sse::webhook {

Inquiries::Inquiries(Host& host, std::shared_ptr<Judge> judge, Counters& counters, Outcome outcome)
    : host_(host),
      judge_(std::move(judge)),
      counters_(counters),
      outcome_(std::move(outcome)),
      pool_(host, judge_->config().endpoint, judge_->config().connections, judge_->config().timeout,
            counters.connections) {}

Inquiries::~Inquiries() {
  for (const auto& [key, inquiry] : std::exchange(open_, {})) {
    for (const auto& question : inquiry.waiting) question.answer(judge_->unavailable("the node is stopping"));
  }
}

void Inquiries::ask(Question question) {
  // It may have been answered while this one was on its way here.
  if (auto known = judge_->recall(question)) return question.answer(std::move(*known));
  const auto key = question.whole;
  auto& inquiry = open_[key];
  inquiry.waiting.push_back(std::move(question));
  if (inquiry.waiting.size() > 1) return counters_.shared.add();
  inquiry.begin = host_.loop().now();
  counters_.questions.add();
  const auto document = std::move(inquiry.waiting.front().document);
  pool_.ask(document, [this, key](const Result<HttpAnswer>& answer) { settle(key, answer); });
}

void Inquiries::settle(const Key& key, const Result<HttpAnswer>& http) {
  const auto inquiry = std::move(open_.extract(key).mapped());
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(host_.loop().now() - inquiry.begin);
  counters_.seconds.observe(static_cast<std::uint64_t>(took.count()));
  if (!http.ok()) {
    (http.error().code == Code::Timeout ? counters_.timeouts : counters_.unreachable).add();
    return fail(http.error(), inquiry.waiting);
  }
  auto answer = readAnswer(*http);
  if (!answer.ok()) {
    counters_.nonsense.add();
    return fail(answer.error(), inquiry.waiting);
  }
  outcome_(nullptr);
  const auto shared = std::make_shared<const Answer>(std::move(*answer));
  judge_->remember(inquiry.waiting.front(), shared);
  for (const auto& question : inquiry.waiting) question.answer(judge_->judge(*shared, question));
}

void Inquiries::fail(const Error& problem, const std::vector<Question>& waiting) {
  outcome_(&problem);
  for (const auto& question : waiting) question.answer(judge_->undecided(question.action));
}

}  // namespace sse::webhook
