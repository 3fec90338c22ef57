#include "api/auth_chain.h"

namespace sse::api {

using Verdict = Decision::Verdict;

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
    if (as_nobody && passed_on && request.hasCredentials()) break;
    return decision;
  }
  return settled({});
}

Decision AuthChain::settled(Decision decision) {
  if (decision.verdict != Verdict::Abstain && decision.verdict != Verdict::Later) return decision;
  Decision nobody;
  nobody.verdict = Verdict::Unauthorized;
  nobody.reason = "no credentials that this node knows";
  nobody.challenge = "Bearer";
  return nobody;
}

}  // namespace sse::api
