#include "auth/jwt/jwt.h"

#include <algorithm>
#include <mutex>

namespace sse::jwt {
namespace {

using Verdict = Decision::Verdict;

Decision unauthorized(const std::string& reason) {
  Decision decision;
  decision.verdict = Verdict::Unauthorized;
  decision.reason = reason;
  decision.challenge = "Bearer error=\"invalid_token\"";
  return decision;
}

Decision denied() {
  Decision decision;
  decision.verdict = Verdict::Deny;
  decision.reason = "the token does not allow this";
  decision.challenge = "Bearer error=\"insufficient_scope\"";
  return decision;
}

Decision forNow(const char* reason) {
  Decision decision;
  decision.verdict = Verdict::Unavailable;
  decision.reason = reason;
  return decision;
}

constexpr auto kStopping = "the node is stopping";

KeySource::Settings sourceSettings(const Config& config, const Issuer& issuer) {
  const auto rsa = issuer.algorithm.value_or(Algorithm::RS256);
  const bool fits = familyOf(rsa) == Family::RsaPss || familyOf(rsa) == Family::RsaPkcs1;
  return {{issuer.jwks, issuer.ca_file, config.jwks_timeout, nullptr},
          issuer.url.shown,
          fits ? rsa : Algorithm::RS256,
          config.jwks_max_age,
          config.jwks_min_interval};
}

}  // namespace

Result<Jwt::Read> Jwt::read(std::string_view settings_json) {
  auto config = readConfig(settings_json);
  if (!config.ok()) return config.error();
  Read read{std::move(*config), {}};
  for (const auto& issuer : read.config.issuers) {
    auto keys = readKeys(issuer);
    if (!keys.ok()) return keys.error();
    read.keys.push_back(std::move(*keys));
  }
  return read;
}

Result<void> Jwt::configure(Host& host, std::string_view settings_json) {
  auto read = Jwt::read(settings_json);
  if (!read.ok()) return read.error();
  host_ = &host;
  read_ = std::move(*read);
  return {};
}

Result<void> Jwt::start() {
  alive_ = std::make_shared<bool>(true);
  counters_ = std::make_unique<Counters>(host_->metrics());
  cache_ = std::make_unique<GrantCache>(read_.config.cache_entries, counters_->cache_entries);
  begin(std::move(read_));
  return {};
}

Result<void> Jwt::reload(std::string_view settings_json) {
  auto read = Jwt::read(settings_json);
  if (!read.ok()) return read.error();
  begin(std::move(*read));
  return {};
}

void Jwt::begin(Read read) {
  read_ = std::move(read);
  const auto before = std::exchange(sources_, {});
  for (const auto& issuer : read_.config.issuers) {
    auto& source = sources_.emplace_back();
    if (!issuer.remote()) continue;
    if (issuer.url.exposed) {
      host_->log().write(Level::Warning, "jwt-plain-http",
                         "keys come as clear text, and whoever is in between can put in their own",
                         {{"url", issuer.url.shown}});
    }
    source = std::make_unique<KeySource>(*host_, fetch_, sourceSettings(read_.config, issuer),
                                         [this, i = sources_.size() - 1](bool changed) { settled(i, changed); });
    for (const auto& old : before) {
      if (old && old->sameAs(*source)) source->inherit(*old);
    }
  }
  replace();
  // Before the fetches begin, so that those are the ones that tell whether a token is bad.
  for (auto& waiting : std::exchange(waiting_, {})) arrive(std::move(waiting));
  for (const auto& source : sources_) {
    if (source) source->start();
  }
}

void Jwt::replace() {
  auto next = std::make_shared<State>();
  next->config = read_.config;
  const auto epoch = epoch_.load() + 1;
  next->epoch = epoch;
  next->alive = alive_;
  std::size_t count = 0;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    KeySet keys = read_.keys[i];
    if (sources_[i]) keys.add(sources_[i]->keys());
    count += keys.size();
    next->ring.entries.push_back({read_.config.issuers[i], std::move(keys)});
  }
  counters_->keys.set(static_cast<std::int64_t>(count));
  {
    const std::unique_lock lock(mutex_);
    state_ = std::move(next);
  }
  max_size_.store(read_.config.max_size, std::memory_order_relaxed);
  epoch_.store(epoch);
}

void Jwt::settled(std::size_t issuer, bool changed) {
  if (changed) replace();
  const auto asked = [issuer](const Waiting& waiting) {
    return std::any_of(waiting.asked.begin(), waiting.asked.end(),
                       [issuer](const auto& each) { return each.first == issuer; });
  };
  const bool failed = !sources_[issuer]->problem().empty();
  for (auto& waiting : std::exchange(waiting_, {})) {
    if (!asked(waiting)) {
      waiting_.push_back(std::move(waiting));
    } else if (failed) {
      answer(waiting, undecided());
    } else {
      again(std::move(waiting));
    }
  }
  counters_->waiting.set(static_cast<std::int64_t>(waiting_.size()));
}

void Jwt::stop() {
  if (!alive_) return;
  alive_.reset();
  sources_.clear();
  for (const auto& waiting : std::exchange(waiting_, {})) answer(waiting, forNow(kStopping));
  counters_->waiting.set(0);
}

Readiness Jwt::ready() const {
  for (const auto& source : sources_) {
    if (!source || source->known()) continue;
    return {false, source->problem().empty() ? "the keys of " + source->shown() + " are being fetched"
                                             : source->shown() + ": " + source->problem()};
  }
  return {};
}

std::shared_ptr<const Jwt::State> Jwt::state() const {
  const std::shared_lock lock(mutex_);
  return state_;
}

std::shared_ptr<const Grant> Jwt::known(std::string_view token) {
  auto grant = cache_->find(token, epoch_.load(std::memory_order_acquire));
  if (grant) counters_->cache_hits.add();
  return grant;
}

Judgement Jwt::judged(const State& state, std::string_view token) {
  auto judgement = judge(state.ring, token);
  if (judgement.kind == Judgement::Kind::Good) cache_->add(token, state.epoch, judgement.grant);
  return judgement;
}

Decision Jwt::refuse(const Judgement& judgement) {
  using Kind = Judgement::Kind;
  auto& counter = judgement.kind == Kind::Malformed   ? counters_->malformed
                  : judgement.kind == Kind::BadClaims ? counters_->claims
                                                      : counters_->key;
  counter.add();
  return unauthorized(judgement.reason);
}

Decision Jwt::undecided() {
  counters_->undecided.add();
  return forNow("the token's key is not known yet");
}

Decision Jwt::decide(const Grant& grant, Action action, std::span<const std::string_view> channels) {
  const auto now = std::chrono::system_clock::now();
  if (const auto refusal = grant.refusal(now)) {
    counters_->time.add();
    return unauthorized(*refusal);
  }
  if (!grant.rights.allows(action, channels, grant.identity)) {
    counters_->forbidden.add();
    return denied();
  }
  counters_->accepted.add();
  Decision decision;
  decision.verdict = Verdict::Allow;
  decision.identity = grant.identity;
  decision.expires = grant.endOfStream(now);
  return decision;
}

Decision Jwt::check(const AuthRequest& request, std::function<void(Decision)> answer) {
  const auto token = request.token;
  if (token.find('.') == std::string_view::npos) return {};
  if (token.size() > max_size_.load(std::memory_order_relaxed)) {
    return refuse({Judgement::Kind::Malformed, nullptr, "the token is longer than jwt.max_size"});
  }
  if (const auto grant = known(token)) return decide(*grant, request.action, request.channels);
  const auto now = state();
  const auto judgement = judged(*now, token);
  if (judgement.kind == Judgement::Kind::Good) return decide(*judgement.grant, request.action, request.channels);
  if (judgement.kind != Judgement::Kind::UnknownKey) return refuse(judgement);
  if (waiting_count_.fetch_add(1) >= kMaxWaiting) {
    waiting_count_.fetch_sub(1);
    return undecided();
  }
  auto waiting = std::make_shared<Waiting>(Waiting{
      request.action, {request.channels.begin(), request.channels.end()}, std::string(token), std::move(answer)});
  host_->loop().post([this, alive = now->alive, waiting] {
    if (alive.expired()) return waiting->answer(forNow(kStopping));
    arrive(std::move(*waiting));
  });
  Decision later;
  later.verdict = Verdict::Later;
  return later;
}

/// Its keys may have come meanwhile, or a reload may have changed its issuers.
void Jwt::arrive(Waiting waiting) {
  const auto judgement = judged(*state(), waiting.token);
  if (judgement.kind != Judgement::Kind::UnknownKey) return answer(waiting, decide(waiting, judgement));
  waiting.asked.clear();
  for (const auto issuer : judgement.issuers) waiting.asked.emplace_back(issuer, sources_[issuer]->begun());
  wait(std::move(waiting));
}

void Jwt::again(Waiting waiting) {
  const auto judgement = judged(*state(), waiting.token);
  std::erase_if(waiting.asked, [this](const auto& each) { return sources_[each.first]->good() > each.second; });
  const bool clear = judgement.kind != Judgement::Kind::UnknownKey || waiting.asked.empty();
  if (clear) return answer(waiting, decide(waiting, judgement));
  wait(std::move(waiting));
}

void Jwt::wait(Waiting waiting) {
  bool soon = false;
  for (const auto& [issuer, begun] : waiting.asked) soon = sources_[issuer]->ask() || soon;
  if (!soon) return answer(waiting, undecided());
  waiting_.push_back(std::move(waiting));
  counters_->waiting.set(static_cast<std::int64_t>(waiting_.size()));
}

void Jwt::answer(const Waiting& waiting, Decision decision) {
  waiting_count_.fetch_sub(1);
  waiting.answer(std::move(decision));
}

Decision Jwt::decide(const Waiting& waiting, const Judgement& judgement) {
  if (judgement.kind != Judgement::Kind::Good) return refuse(judgement);
  const std::vector<std::string_view> channels(waiting.channels.begin(), waiting.channels.end());
  return decide(*judgement.grant, waiting.action, channels);
}

}  // namespace sse::jwt
