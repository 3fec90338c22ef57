#include "api/auth_chain.h"

namespace sse::api {

using Verdict = Decision::Verdict;

namespace {

Decision unauthorized(const char* reason) {
  Decision decision;
  decision.verdict = Verdict::Unauthorized;
  decision.reason = reason;
  decision.challenge = "Bearer";
  return decision;
}

}  // namespace

Decision AuthChain::check(const AuthRequest& request, const std::function<void(Decision)>& answer) const {
  bool passed_on = false;
  for (Auth* plugin : plugins_) {
    Decision decision;
    try {
      decision = plugin->check(request, answer);
    } catch (...) {
      // A plugin that throws has not decided; letting the request through, or the next plugin decide, would be unsafe.
      decision.verdict = Verdict::Deny;
      decision.reason = "an auth plugin failed";
    }
    if (decision.verdict == Verdict::Abstain) {
      passed_on = true;
      continue;
    }
    const bool as_nobody = decision.verdict == Verdict::Allow && decision.anonymous;
    if (!as_nobody || !passed_on) return decision;
    if (request.hasCredentials()) break;
    if (request.action != Action::Subscribe || request.client.empty()) return decision;
    return unauthorized("client: expected credentials of the identity of that name, which alone may have it");
  }
  return settled({});
}

Decision AuthChain::settled(Decision decision) {
  if (decision.verdict != Verdict::Abstain && decision.verdict != Verdict::Later) return decision;
  return unauthorized("no credentials that this node knows");
}

}  // namespace sse::api
