#include "api/auth_chain.h"

namespace sse::api {

Decision AuthChain::check(const AuthRequest& request, const std::function<void(Decision)>& answer) const {
  for (Auth* plugin : plugins_) {
    Decision decision;
    try {
      decision = plugin->check(request, answer);
    } catch (...) {
      // A plugin that throws has not decided; letting the request through, or the next plugin decide, would be unsafe.
      decision.verdict = Decision::Verdict::Deny;
      decision.reason = "an auth plugin failed";
    }
    if (decision.verdict != Decision::Verdict::Abstain) return decision;
  }
  Decision nobody;
  nobody.verdict = Decision::Verdict::Unauthorized;
  nobody.reason = "no credentials that this node knows";
  nobody.challenge = "Bearer";
  return nobody;
}

}  // namespace sse::api
