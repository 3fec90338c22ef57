#include "auth/webhook/judge.h"

#include <algorithm>

namespace sse::webhook {
namespace {

using Verdict = Decision::Verdict;
/// Who is let in without an answer is asked about anew after this.
constexpr auto kLetInFor = std::chrono::minutes(5);

}  // namespace

Judge::Judge(Config config, Counters& counters)
    : config_(std::move(config)),
      counters_(counters),
      allowed_(config_.cache_entries, counters.allowed_entries),
      refused_(config_.cache_entries, counters.refused_entries) {}

bool Judge::concerns(const AuthRequest& request) const {
  if (request.blank) return false;
  if (!request.token.empty()) return true;
  const auto shown = [&](const HeaderLine& line) {
    const auto is = [&](const std::string& name) { return sameWithoutCase(line.name, name); };
    return !line.value.empty() && std::any_of(config_.headers.begin(), config_.headers.end(), is);
  };
  const bool any_header = std::any_of(request.headers.begin(), request.headers.end(), shown);
  // Credentials of a scheme that the endpoint is not shown: it would take their owner for nobody.
  const bool hidden = !request.authorization.empty() && std::find(config_.headers.begin(), config_.headers.end(),
                                                                  "authorization") == config_.headers.end();
  return !hidden && (any_header || config_.anonymous || goodCertificate(request) != nullptr);
}

std::optional<Decision> Judge::recall(const AuthRequest& request) {
  if (config_.cache_entries == 0) return std::nullopt;
  const auto now = Clock::now();
  const auto credentials = credentialsKey(request, config_.headers);
  auto answer = allowed_.find(credentials, now);
  if (!answer) {
    const auto whole = questionKey(request, credentials);
    answer = allowed_.find(whole, now);
    if (!answer) answer = refused_.find(whole, now);
  }
  if (!answer) return std::nullopt;
  counters_.cache_hits.add();
  const auto* const certificate = goodCertificate(request);
  return counted(
      decide(*answer, request.action, request.channels, !request.token.empty(), std::chrono::system_clock::now()),
      certificate != nullptr ? End(certificate->expires) : std::nullopt);
}

std::optional<Decision> Judge::recall(const Question& question) {
  const auto now = Clock::now();
  auto answer = allowed_.find(question.credentials, now);
  if (!answer) answer = allowed_.find(question.whole, now);
  if (!answer) answer = refused_.find(question.whole, now);
  if (!answer) return std::nullopt;
  counters_.cache_hits.add();
  return judge(*answer, question);
}

void Judge::remember(const Question& question, const std::shared_ptr<const Answer>& answer) {
  auto keep = std::min(answer->keep, answer->good() ? config_.max_age : config_.refusal_max_age);
  if (answer->expires) {
    const auto left = *answer->expires - std::chrono::system_clock::now();
    keep = std::min(keep, std::chrono::duration_cast<Duration>(left));
  }
  if (keep <= Duration(0)) return;
  const auto& key = answer->kind == Answer::Kind::Rights ? question.credentials : question.whole;
  (answer->good() ? allowed_ : refused_).add(key, answer, Clock::now() + keep);
}

Decision Judge::judge(const Answer& answer, const Question& question) {
  const std::vector<std::string_view> channels(question.channels.begin(), question.channels.end());
  return counted(decide(answer, question.action, channels, question.has_token, std::chrono::system_clock::now()),
                 question.certificate_end);
}

Decision Judge::undecided(Action action) {
  if (!config_.fails_open || action == Action::Admin) return unavailable("nobody can tell now who may do this");
  counters_.let_in.add();
  Decision decision;
  decision.verdict = Verdict::Allow;
  decision.anonymous = true;
  decision.expires = std::chrono::system_clock::now() + kLetInFor;
  return decision;
}

Decision Judge::unavailable(const char* reason) {
  counters_.undecided.add();
  Decision decision;
  decision.verdict = Verdict::Unavailable;
  decision.reason = reason;
  return decision;
}

/// What a certificate opened ends with it.
Decision Judge::counted(Decision decision, End certificate_end) {
  if (certificate_end) decision.expires = std::min(*certificate_end, decision.expires.value_or(*certificate_end));
  (decision.verdict == Verdict::Allow  ? counters_.accepted
   : decision.verdict == Verdict::Deny ? counters_.forbidden
                                       : counters_.unauthorized)
      .add();
  return decision;
}

}  // namespace sse::webhook
