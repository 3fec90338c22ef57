#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sse/auth.h"

namespace sse::conformance {

/// A question with storage of its own.
struct Question {
  Action action = Action::Subscribe;
  std::vector<std::string> channels = {"news"};
  std::string client = {};
  std::string authorization = {};
  std::string cookie = {};
  std::string access_token = {};
};

/// A question as `Auth::check` gets it; views live as long as this and the question.
class Asked {
 public:
  explicit Asked(const Question& question);
  [[nodiscard]] const AuthRequest& request() const { return request_; }

 private:
  std::vector<std::string_view> channels_;
  AuthRequest request_;
};

/// One question for each action, without credentials. [any]
std::vector<Question> anonymousQuestions();

/// Credentials that are none: empty schemes, broken tokens, binary, very long ones. [any]
std::vector<Question> garbageQuestions();

}  // namespace sse::conformance
