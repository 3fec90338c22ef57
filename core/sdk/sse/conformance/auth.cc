#include "sse/conformance/auth.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <thread>
#include <vector>

#include "sse/conformance/answers.h"
#include "sse/conformance/instance.h"

namespace sse::conformance {
namespace {

using namespace std::chrono_literals;
using Verdict = Decision::Verdict;

constexpr std::size_t kThreads = 8;
constexpr int kRounds = 200;
constexpr auto kSoon = 5s;

const char* nameOf(Verdict verdict) {
  constexpr std::array kNames{"Allow", "Deny", "Unauthorized", "Abstain", "Later", "Unavailable"};
  const auto at = static_cast<std::size_t>(verdict);
  return at < kNames.size() ? kNames[at] : "no verdict";
}

/// Waits until everything said Later is answered, then a little longer for what may come twice.
void finish(Instance& instance, const Answers& answers) {
  auto& check = instance.check();
  const bool all = instance.runUntil([&] { return answers.open() == 0; }, kSoon);
  check.expect(all, "each Later to be answered within " + std::to_string(kSoon.count()) + " s",
               std::to_string(answers.open()) + " without an answer", "call answer whatever happens");
  instance.pass(1min, 1s);
  for (const auto& fault : answers.faults()) check.fail(fault);
}

/// Asks on the calling thread and waits for all answers.
std::vector<Decision> ask(Instance& instance, const std::vector<Question>& questions) {
  Answers answers;
  answers.ask(instance.as<Auth>(), questions);
  finish(instance, answers);
  return answers.decisions();
}

void expectKnown(Check& check, const std::vector<Decision>& decisions) {
  for (const auto& decision : decisions) {
    check.expect(decision.verdict <= Verdict::Unavailable, "a verdict of sse::Decision",
                 std::to_string(static_cast<int>(decision.verdict)), "return one of its values");
    const bool clean = decision.challenge.find_first_of("\r\n") == std::string::npos;
    check.expect(clean, "a challenge that fits into a header", quoted(decision.challenge), "leave out line ends");
  }
}

void checkAnswers(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.run()) return;
  expectKnown(check, ask(instance, anonymousQuestions()));
}

void checkSame(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.run()) return;
  auto questions = anonymousQuestions();
  const auto garbage = garbageQuestions();
  questions.insert(questions.end(), garbage.begin(), garbage.end());
  const auto first = ask(instance, questions);
  const auto second = ask(instance, questions);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const bool same = first[i].verdict == second[i].verdict && first[i].identity == second[i].identity;
    check.expect(same, "the same answer to the same question",
                 std::string(nameOf(first[i].verdict)) + ", then " + nameOf(second[i].verdict),
                 "decide from the request alone");
  }
}

void checkGarbage(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.run()) return;
  const auto questions = garbageQuestions();
  const auto decisions = ask(instance, questions);
  expectKnown(check, decisions);
  const auto anonymous = ask(instance, anonymousQuestions());
  for (std::size_t i = 0; i < questions.size(); ++i) {
    // Whoever needs no credentials is let in with bad ones too.
    if (anonymous[static_cast<std::size_t>(questions[i].action)].verdict == Verdict::Allow) continue;
    check.expect(decisions[i].verdict != Verdict::Allow, "garbage never to be allowed",
                 "Allow for " + quoted(questions[i].authorization + questions[i].cookie + questions[i].access_token),
                 "allow only after the credentials have been found good");
  }
}

void checkThreads(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.run()) return;
  const auto alone = ask(instance, anonymousQuestions());
  std::vector<Answers> answers(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (auto& mine : answers) {
    threads.emplace_back([&mine, &instance] {
      for (int i = 0; i < kRounds; ++i) mine.ask(instance.as<Auth>(), anonymousQuestions());
    });
  }
  while (!threads.empty()) {
    instance.turn();  // answers may need the control thread
    threads.back().join();
    threads.pop_back();
  }
  for (const auto& mine : answers) {
    finish(instance, mine);
    const auto decisions = mine.decisions();
    for (std::size_t i = 0; i < decisions.size(); ++i) {
      const auto& expected = alone[i % alone.size()];
      check.expect(decisions[i].verdict == expected.verdict && decisions[i].identity == expected.identity,
                   std::string("the answer of one thread, ") + nameOf(expected.verdict) + ", from all",
                   nameOf(decisions[i].verdict), "guard what check reads and writes");
    }
  }
}

}  // namespace

void checkAuth(Report& report, const Subject& subject) {
  const auto run = [&](const char* name, void (*body)(Check&, const Subject&)) {
    return report.run(name, [&](Check& check) { body(check, subject); });
  };
  if (!run("auth: each question is answered, at once or exactly once later", checkAnswers)) return;
  run("auth: the same question gets the same answer", checkSame);
  run("auth: credentials that are garbage are survived and never allowed", checkGarbage);
  run("auth: check may be called from many threads at once", checkThreads);
}

}  // namespace sse::conformance
