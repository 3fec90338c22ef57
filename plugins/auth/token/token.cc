#include "auth/token/token.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>

#include "sse/config.h"
#include "sse/messages.h"

namespace sse::token {
namespace {

using Verdict = Decision::Verdict;
constexpr std::size_t kLargestFile = std::size_t{64} << 20U;

Result<std::string> readFile(const std::string& name) {
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  std::string text;
  if (file) text.resize(kLargestFile + 1);
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || errno == EISDIR) {
    return Error{Code::InvalidArgument, std::string("cannot be read: ") + std::strerror(errno)};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile) return Error{Code::InvalidArgument, "expected at most 64MiB"};
  return text;
}

}  // namespace

Token::Counters::Counters(Metrics& metrics)
    : accepted(metrics.counter("sse_token_accepted_total", "requests allowed by a token or a certificate")),
      unknown(metrics.counter("sse_token_refused_total", "tokens refused", {{"reason", "unknown"}})),
      expired(metrics.counter("sse_token_refused_total", "tokens refused", {{"reason", "expired"}})),
      forbidden(metrics.counter("sse_token_forbidden_total", "good credentials without the right that was asked for")),
      keys(metrics.gauge("sse_token_keys", "keys of the file")) {}

Result<std::shared_ptr<const KeyTable>> Token::read(std::string_view settings_json) {
  const std::string file = Settings(settings_json).string("token.file");
  if (file.empty()) return Error{Code::InvalidArgument, "token.file: expected the name of a file, got none"};
  const auto text = readFile(file);
  if (!text) return Error{Code::InvalidArgument, "token.file: " + file + ": " + text.error().text};
  auto table = KeyTable::parse(*text);
  if (!table) return Error{Code::InvalidArgument, "token.file: " + file + ": " + table.error().text};
  return std::make_shared<const KeyTable>(std::move(*table));
}

Result<void> Token::configure(Host& host, std::string_view settings_json) {
  auto table = read(settings_json);
  if (!table) return table.error();
  host_ = &host;
  table_ = std::move(*table);
  return {};
}

Result<void> Token::start() {
  counters_ = std::make_unique<Counters>(host_->metrics());
  counters_->keys.set(static_cast<std::int64_t>(table_->size()));
  return {};
}

/// Streams of keys that are gone or changed are ended: those who may still subscribe come back.
Result<void> Token::reload(std::string_view settings_json) {
  auto fresh = read(settings_json);
  if (!fresh) return fresh.error();
  auto gone = table_->missingFrom(**fresh);
  {
    const std::unique_lock lock(mutex_);
    table_ = std::move(*fresh);
  }
  counters_->keys.set(static_cast<std::int64_t>(table_->size()));
  if (gone.empty()) return {};
  host_->log().write(Level::Info, "token-revoked", "keys were removed or changed",
                     {{"keys", std::to_string(gone.size())}});
  host_->bus().publish(CredentialsRevoked{std::move(gone)});
  return {};
}

std::shared_ptr<const KeyTable> Token::table() const {
  const std::shared_lock lock(mutex_);
  return table_;
}

Decision Token::unauthorized(const char* reason, Counter& counter) {
  counter.add();
  Decision decision;
  decision.verdict = Verdict::Unauthorized;
  decision.reason = reason;
  decision.challenge = "Bearer error=\"invalid_token\"";
  return decision;
}

Decision Token::check(const AuthRequest& request, std::function<void(Decision)> /*answer*/) {
  const auto keys = table();
  if (request.token.empty()) return byCertificate(*keys, request);
  const Key* key = keys->find(request.token);
  if (key != nullptr) return decide(*key, request);
  if (!request.token.starts_with(kPrefix)) return {};
  return unauthorized("the token is not known", counters_->unknown);
}

/// Who brings a token is known by that alone. A certificate that no row names is left to the next plugin.
Decision Token::byCertificate(const KeyTable& keys, const AuthRequest& request) {
  if (request.certificate == nullptr || !request.authorization.empty() || request.blank) return {};
  const Key* key = keys.find(*request.certificate);
  if (key == nullptr) return {};
  const auto end = request.certificate->expires;
  if (std::chrono::system_clock::now() >= end) {
    return unauthorized("the certificate has expired", counters_->expired);
  }
  auto decision = decide(*key, request);
  if (decision.verdict == Verdict::Allow) decision.expires = std::min(end, decision.expires.value_or(end));
  return decision;
}

Decision Token::decide(const Key& key, const AuthRequest& request) {
  if (key.expires && std::chrono::system_clock::now() >= *key.expires) {
    return unauthorized("the key has expired", counters_->expired);
  }
  Decision decision;
  decision.identity = key.name;
  if (!key.rights.allows(request.action, request.channels, key.name)) {
    counters_->forbidden.add();
    decision.verdict = Verdict::Deny;
    decision.reason = "the key does not allow this";
    decision.challenge = "Bearer error=\"insufficient_scope\"";
    return decision;
  }
  counters_->accepted.add();
  decision.verdict = Verdict::Allow;
  decision.expires = key.expires;
  decision.credential = key.credential;
  return decision;
}

}  // namespace sse::token
