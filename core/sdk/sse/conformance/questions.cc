#include "sse/conformance/questions.h"

#include "sse/credentials.h"

namespace sse::conformance {
namespace {

std::vector<std::string> garbage() {
  std::string binary;
  for (int i = 0; i < 256; ++i) binary += static_cast<char>(i);
  std::vector<std::string> texts = {" ",
                                    "Bearer",
                                    "Bearer ",
                                    "bearer  x",
                                    "Bearer .",
                                    "Bearer ..",
                                    "Bearer a.b.c",
                                    "Bearer a.b.c.d",
                                    "Bearer eyJhbGciOiJub25lIn0.e30.",
                                    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
                                    "Bearer e30.e30.AAAA",
                                    "Bearer bnVsbA.bnVsbA.bnVsbA",
                                    "Bearer W10.W10.W10",
                                    "Basic",
                                    "Basic !!!!",
                                    "Basic Og==",
                                    "Basic YWRtaW46YWRtaW4=",
                                    "Digest username=\"admin\"",
                                    "Negotiate TlRMTVNTUAAB",
                                    "null",
                                    "undefined",
                                    "{}",
                                    "' OR 1=1 --",
                                    "../../etc/passwd",
                                    "%00%ff%",
                                    "Bearer " + binary,
                                    binary,
                                    "Bearer " + std::string(100'000, 'A'),
                                    "Bearer " + std::string(50'000, '.'),
                                    "Basic " + std::string(100'000, '='),
                                    std::string(100'000, ' ')};
  // A token of the right form whose payload is nested deeply.
  texts.push_back("Bearer eyJhbGciOiJIUzI1NiJ9." + std::string(40'000, 'W') + ".AAAA");
  return texts;
}

}  // namespace

Asked::Asked(const Question& question) : channels_(question.channels.begin(), question.channels.end()) {
  request_.action = question.action;
  request_.method = question.action == Action::Subscribe ? "GET" : "POST";
  request_.channels = channels_;
  request_.client = question.client;
  request_.remote_address = "192.0.2.1";
  request_.authorization = question.authorization;
  request_.cookie = question.cookie;
  request_.access_token = question.access_token;
  request_.token = tokenOf(request_, "access_token");
}

std::vector<Question> anonymousQuestions() {
  return {{.action = Action::Publish}, {.action = Action::Subscribe}, {.action = Action::Admin, .channels = {}}};
}

std::vector<Question> garbageQuestions() {
  std::vector<Question> questions;
  for (const auto action : {Action::Publish, Action::Subscribe, Action::Admin}) {
    for (const auto& text : garbage()) {
      questions.push_back({.action = action, .authorization = text});
      questions.push_back({.action = action, .cookie = text});
      questions.push_back({.action = action, .access_token = text});
      questions.push_back({.action = action, .channels = {}, .client = text});
      questions.push_back({.action = action, .channels = {text, "", "news"}, .authorization = text, .cookie = text});
    }
  }
  return questions;
}

}  // namespace sse::conformance
