#include "auth/jwt/key_source.h"

#include <algorithm>

namespace sse::jwt {
namespace {

constexpr int kMaxDoublings = 6;

}  // namespace

KeySource::KeySource(Host& host, Fetch fetch, Settings settings, Settled settled)
    : host_(host),
      fetch_(std::move(fetch)),
      settings_(std::move(settings)),
      settled_(std::move(settled)),
      fetches_(host.metrics().counter("sse_jwt_fetches_total", "fetches of a JWKS URL")),
      failures_(host.metrics().counter("sse_jwt_fetch_failures_total", "fetches of a JWKS URL that failed")) {}

KeySource::~KeySource() {
  if (abort_) abort_->now();
}

void KeySource::inherit(const KeySource& other) {
  keys_ = other.keys_;
  text_ = other.text_;
}

void KeySource::start() { fetchNow(); }

bool KeySource::ask() {
  if (fetching_) return true;
  if (host_.loop().now() - last_begin_ < settings_.min_interval) return false;
  fetchNow();
  return true;
}

void KeySource::fetchNow() {
  fetching_ = true;
  last_begin_ = host_.loop().now();
  timer_.cancel();
  fetches_.add();
  auto request = settings_.request;
  abort_ = request.abort = std::make_shared<Abort>();
  deadline_ = host_.loop().after(request.timeout, [abort = abort_] { abort->now(); });
  auto outcome = std::make_shared<Result<Fetched>>(Error{Code::Unavailable, "too many calls wait for a worker"});
  host_.offload([fetch = fetch_, request, outcome] { *outcome = fetch(request); },
                [this, alive = std::weak_ptr<bool>(alive_), outcome] {
                  if (!alive.expired()) done(std::move(*outcome));
                });
}

void KeySource::done(Result<Fetched> outcome) {
  fetching_ = false;
  deadline_.cancel();
  abort_.reset();
  bool changed = false;
  std::optional<Duration> max_age;
  if (!outcome.ok()) {
    complain(outcome.error().text);
  } else {
    max_age = outcome->max_age;
    changed = accept(outcome->text);
  }
  timer_ = host_.loop().after(untilNext(max_age), [this] { fetchNow(); });
  settled_(changed);
}

bool KeySource::accept(const std::string& text) {
  if (text != text_) {
    auto keys = KeySet::fromJwks(text, settings_.rsa);
    if (!keys.ok()) return complain(keys.error().text), false;
    if (keys->size() == 0) return complain("keys: expected one for verifying, got none"), false;
    // Whoever can read a URL could sign tokens with a secret found there.
    if (keys->hasSecret()) return complain("keys: expected public keys, got a secret"), false;
    keys_ = std::move(*keys);
  }
  failed_in_a_row_ = 0;
  if (!problem_.empty()) {
    host_.log().write(Level::Info, "jwt-keys-back", "the JWKS URL answers again", {{"url", shown()}});
    problem_.clear();
  }
  const bool changed = text != text_;
  text_ = text;
  if (changed) {
    host_.log().write(Level::Info, "jwt-keys", "keys fetched",
                      {{"url", shown()}, {"keys", std::to_string(keys_.size())}});
  }
  return changed;
}

void KeySource::complain(const std::string& problem) {
  failures_.add();
  ++failed_in_a_row_;
  if (std::exchange(problem_, problem) == problem) return;
  host_.log().write(Level::Warning, "jwt-keys-unavailable",
                    known() ? "the JWKS URL gives no keys; those from before stay in use"
                            : "the JWKS URL gives no keys; tokens of its issuer are refused",
                    {{"url", shown()}, {"what", problem}});
}

/// At four fifths of their time, so that keys never get too old; after failures sooner, with back-off.
Duration KeySource::untilNext(std::optional<Duration> max_age) const {
  const auto regular =
      std::max(settings_.min_interval, std::min(settings_.max_age, max_age.value_or(settings_.max_age)) * 4 / 5);
  if (failed_in_a_row_ == 0) return regular;
  return std::min(regular, settings_.min_interval * (1 << std::min(failed_in_a_row_ - 1, kMaxDoublings)));
}

}  // namespace sse::jwt
