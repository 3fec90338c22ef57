#include "sse/conformance/answers.h"

#include "sse/conformance/report.h"
#include "sse/conformance/stopwatch.h"

namespace sse::conformance {

void Answers::ask(Auth& auth, const std::vector<Question>& questions) {
  std::size_t at = 0;
  {
    const std::lock_guard lock(shared_->mutex);
    at = shared_->decisions.size();
    Decision none;
    none.verdict = Decision::Verdict::Later;
    shared_->decisions.resize(at + questions.size(), none);
    shared_->later.resize(at + questions.size());
    shared_->came.resize(at + questions.size());
  }
  for (const auto& question : questions) askOne(auth, question, at++);
}

void Answers::askOne(Auth& auth, const Question& question, std::size_t at) {
  const Asked asked(question);
  Decision decision;
  const Stopwatch watch;
  const auto thrown = thrownBy([&] {
    decision =
        auth.check(asked.request(), [shared = shared_, at](Decision late) { answered(*shared, at, std::move(late)); });
  });
  const bool slow = watch.passed() > slowestCall();
  const std::lock_guard lock(shared_->mutex);
  auto& faults = shared_->faults;
  if (!thrown.empty()) {
    faults.push_back("expected no exception from check, found " + thrown + "; refuse what cannot be understood");
    decision.verdict = Decision::Verdict::Abstain;
  }
  if (slow) {
    faults.push_back("expected check to return within " + std::to_string(slowestCall().count()) +
                     " ms, found one that took longer; say Later and answer from a worker");
  }
  if (decision.verdict == Decision::Verdict::Later) {
    shared_->later[at] = true;
    return;
  }
  if (shared_->came[at] > 0) {
    faults.push_back("expected no call of answer beside a verdict, found one; call it only after Later");
  }
  shared_->decisions[at] = decision;
}

void Answers::answered(Shared& shared, std::size_t at, Decision decision) {
  const std::lock_guard lock(shared.mutex);
  if (decision.verdict == Decision::Verdict::Later) {
    shared.faults.emplace_back("expected a verdict from answer, found Later; decide before calling it");
  }
  if (++shared.came[at] > 1) {
    shared.faults.emplace_back(
        "expected answer to be called exactly once, found a second call; drop it after the first");
    return;
  }
  const bool decided = shared.decisions[at].verdict != Decision::Verdict::Later;
  if (decided) {
    shared.faults.emplace_back("expected no call of answer beside a verdict, found one; call it only after Later");
  }
  shared.decisions[at] = std::move(decision);
}

std::size_t Answers::open() const {
  const std::lock_guard lock(shared_->mutex);
  std::size_t open = 0;
  for (std::size_t i = 0; i < shared_->came.size(); ++i) open += shared_->later[i] && shared_->came[i] == 0 ? 1 : 0;
  return open;
}

std::vector<Decision> Answers::decisions() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->decisions;
}

std::vector<std::string> Answers::faults() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->faults;
}

}  // namespace sse::conformance
