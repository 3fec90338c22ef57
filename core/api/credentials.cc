#include "api/credentials.h"

#include "http/uri.h"
#include "sse/credentials.h"

namespace sse::api {
namespace {

std::string joinedCookies(const http::Head& head) {
  std::string joined;
  for (const auto& line : head.headers()) {
    if (!sameWithoutCase(line.name, "Cookie")) continue;
    joined.append(joined.empty() ? "" : "; ").append(line.value);
  }
  return joined;
}

}  // namespace

Result<Credentials> credentialsOf(const http::Head& head, std::string_view cookie_name) {
  const auto headers = head.count("Authorization");
  if (headers > 1) return Error{Code::InvalidArgument, "Authorization: expected one, got several"};
  auto tokens = http::params(head.query, "access_token");
  // The text of the query stays out of the answer.
  if (!tokens) return Error{Code::InvalidArgument, "access_token: " + tokens.error().text};
  if (tokens->size() > 1) return Error{Code::InvalidArgument, "access_token: expected one, got several"};
  Credentials found;
  found.authorization = head.header("Authorization");
  found.cookie = joinedCookies(head);
  if (!tokens->empty()) found.access_token = std::move(tokens->front());
  if (headers == 1) {
    found.blank = found.authorization.empty();
  } else if (!tokens->empty()) {
    found.blank = found.access_token.empty();
  } else {
    const auto cookie = cookieOf(found.cookie, cookie_name);
    found.blank = cookie && cookie->empty();
  }
  return found;
}

void Credentials::putInto(AuthRequest& question, std::string_view cookie_name) const {
  question.authorization = authorization;
  question.cookie = cookie;
  question.access_token = access_token;
  question.blank = blank;
  if (!blank) question.token = tokenOf(question, cookie_name);
}

}  // namespace sse::api
