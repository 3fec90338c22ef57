#pragma once

#include <functional>
#include <vector>

#include "sse/auth.h"

namespace sse::api {

/// The auth plugins in the order of configuration: the first that recognises the credentials decides. Shared, immutable
/// after start. Nobody deciding means Unauthorized; so does a plugin that would let in as anonymous, behind others, who
/// brings credentials that those did not know, or who asks for a stream by a client id: that is an identity's.
class AuthChain {
 public:
  explicit AuthChain(std::vector<Auth*> plugins) : plugins_(std::move(plugins)) {}

  /// Decides at once, or says Later and calls `answer` from any thread. [any]
  Decision check(const AuthRequest& request, const std::function<void(Decision)>& answer) const;
  /// The same of what was answered later: nobody is asked after that. [any]
  static Decision settled(Decision decision);

 private:
  std::vector<Auth*> plugins_;
};

}  // namespace sse::api
