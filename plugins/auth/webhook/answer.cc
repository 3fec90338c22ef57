#include "auth/webhook/answer.h"

#include <nlohmann/json.hpp>

#include "sse/max_age.h"
#include "sse/unix_time.h"

namespace sse::webhook {
namespace {

using Json = nlohmann::json;
using Verdict = Decision::Verdict;
using Kind = Answer::Kind;
constexpr std::size_t kMaxText = 256;
constexpr double kMaxSeconds = 365.0 * 86'400;
constexpr std::array kPatterns{"publish", "subscribe", "admin"};

Error wrong(const std::string& text) { return {Code::InvalidArgument, "answer: " + text}; }

/// A number from 0 to `most`; nothing where the member is missing or null.
Result<std::optional<double>> numberIn(const Json& body, const char* name, double most) {
  const auto member = body.find(name);
  if (member == body.end() || member->is_null()) return std::optional<double>();
  if (!member->is_number() || member->get<double>() < 0 || member->get<double>() > most) {
    return wrong(std::string(name) + ": expected a number of seconds");
  }
  return std::optional(member->get<double>());
}

Result<std::string> textIn(const Json& body, const char* name) {
  const auto member = body.find(name);
  if (member == body.end() || member->is_null()) return std::string();
  if (!member->is_string() || member->get_ref<const std::string&>().size() > kMaxText) {
    return wrong(std::string(name) + ": expected a text of at most 256 bytes");
  }
  return member->get<std::string>();
}

/// What a 200 allows.
Result<void> readRights(const Json& body, Answer& answer) {
  const auto allow = body.find("allow");
  const bool patterns = std::any_of(kPatterns.begin(), kPatterns.end(), [&](auto name) { return body.contains(name); });
  if ((allow != body.end()) == patterns) return wrong("expected allow, or publish, subscribe and admin, and not both");
  if (patterns) {
    auto rights = Rights::read(body);
    if (!rights.ok()) return wrong(rights.error().text);
    answer.rights = std::move(*rights);
    answer.kind = Kind::Rights;
    return {};
  }
  if (!allow->is_boolean()) return wrong("allow: expected true or false");
  answer.kind = allow->get<bool>() ? Kind::Allow : Kind::Deny;
  return {};
}

Result<void> readMembers(const Json& body, Answer& answer) {
  auto identity = textIn(body, "identity");
  if (!identity.ok()) return identity.error();
  auto reason = textIn(body, "reason");
  if (!reason.ok()) return reason.error();
  const auto expires = numberIn(body, "expires", kLatestUnixTime);
  if (!expires.ok()) return expires.error();
  const auto keep = numberIn(body, "ttl", kMaxSeconds);
  if (!keep.ok()) return keep.error();
  answer.identity = std::move(*identity);
  answer.reason = std::move(*reason);
  if (*expires) answer.expires = fromUnixTime(**expires);
  if (*keep) answer.keep = Duration(static_cast<std::int64_t>(**keep * 1000));
  return {};
}

Decision refusal(Verdict verdict, const std::string& reason, const char* otherwise, std::string challenge) {
  Decision decision;
  decision.verdict = verdict;
  decision.reason = reason.empty() ? otherwise : reason;
  decision.challenge = std::move(challenge);
  return decision;
}

Decision unauthorized(const std::string& reason, bool has_token) {
  return refusal(Verdict::Unauthorized, reason, has_token ? "the token is not good" : "credentials are needed for this",
                 has_token ? "Bearer error=\"invalid_token\"" : "Bearer");
}

Decision denied(const std::string& reason) {
  return refusal(Verdict::Deny, reason, "the credentials do not allow this", "Bearer error=\"insufficient_scope\"");
}

}  // namespace

Result<Answer> readAnswer(const HttpAnswer& http) {
  if (http.status != 200 && http.status != 401 && http.status != 403) {
    return Error{Code::Unavailable, "expected status 200, 401 or 403, got " + std::to_string(http.status)};
  }
  Answer answer;
  answer.kind = http.status == 401 ? Kind::Unauthorized : Kind::Deny;
  answer.keep = maxAgeOf(http.cache_control).value_or(Duration(0));
  const auto body = Json::parse(http.body, nullptr, false);
  // A refusal is one whatever its body is; what gives rights must be beyond doubt.
  if (!body.is_object()) {
    if (http.status != 200) return answer;
    return wrong("expected a JSON object");
  }
  if (http.status == 200) {
    if (auto read = readRights(body, answer); !read.ok()) return read.error();
  }
  auto read = readMembers(body, answer);
  if (!read.ok() && answer.good()) return read.error();
  return answer;
}

Decision decide(const Answer& answer, Action action, std::span<const std::string_view> channels, bool has_token,
                std::chrono::system_clock::time_point now) {
  if (answer.kind == Kind::Unauthorized) return unauthorized(answer.reason, has_token);
  if (answer.kind == Kind::Deny) return denied(answer.reason);
  if (answer.expires && *answer.expires <= now) return unauthorized("the credentials have expired", has_token);
  if (answer.kind == Kind::Rights && !answer.rights.allows(action, channels, answer.identity)) {
    return denied(answer.reason);
  }
  Decision decision;
  decision.verdict = Verdict::Allow;
  decision.identity = answer.identity;
  decision.expires = answer.expires;
  return decision;
}

}  // namespace sse::webhook
