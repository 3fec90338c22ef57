#include "auth/jwt/key_source.h"

#include <algorithm>

namespace sse::jwt {
namespace {

constexpr int kMaxDoublings = 6;
constexpr std::size_t kMaxListed = 8;

std::string listed(const std::vector<std::string>& problems) {
  std::string text;
  for (std::size_t i = 0; i < std::min(problems.size(), kMaxListed); ++i) text += (i == 0 ? "" : "; ") + problems[i];
  if (problems.size() > kMaxListed) text += "; and " + std::to_string(problems.size() - kMaxListed) + " more";
  return text;
}

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
  passed_over_ = other.passed_over_;
  if (take(other.text_).ok()) text_ = other.text_;
}

void KeySource::start() { fetchNow(); }

bool KeySource::ask() {
  if (fetching_ || begun_ == 0) return true;
  const auto now = host_.loop().now();
  const auto allowed = last_begin_ + settings_.min_interval;
  if (allowed - now > settings_.request.timeout) return false;
  if (allowed <= now) {
    fetchNow();
  } else if (next_ > allowed) {
    plan(allowed);
  }
  return true;
}

void KeySource::plan(Clock::time_point at) {
  next_ = at;
  timer_ = host_.loop().after(std::chrono::ceil<Duration>(at - host_.loop().now()), [this] { fetchNow(); });
}

void KeySource::fetchNow() {
  fetching_ = true;
  ++begun_;
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
  plan(host_.loop().now() + untilNext(max_age));
  settled_(changed);
}

bool KeySource::accept(const std::string& text) {
  if (text != text_) {
    const auto taken = take(text);
    if (!taken.ok()) return complain(taken.error().text), false;
  }
  failed_in_a_row_ = 0;
  good_ = begun_;
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

/// Others than those that `text` holds are in use no more, unless it holds none.
Result<void> KeySource::take(const std::string& text) {
  std::vector<std::string> problems;
  auto keys = KeySet::fromForeignJwks(text, settings_.rsa, problems);
  if (!keys.ok()) return keys.error();
  const std::string passed_over = listed(problems);
  if (keys->size() == 0) {
    return Error{Code::InvalidArgument,
                 "keys: expected one for verifying, got none" + (problems.empty() ? "" : ": " + passed_over)};
  }
  keys_ = std::move(*keys);
  if (std::exchange(passed_over_, passed_over) == passed_over || passed_over.empty()) return {};
  host_.log().write(Level::Warning, "jwt-keys-passed-over",
                    "the JWKS URL holds keys that cannot be used; the others are",
                    {{"url", shown()}, {"what", passed_over}});
  return {};
}

void KeySource::complain(const std::string& problem) {
  failures_.add();
  ++failed_in_a_row_;
  if (std::exchange(problem_, problem) == problem) return;
  host_.log().write(Level::Warning, "jwt-keys-unavailable",
                    known() ? "the JWKS URL gives no keys; those from before stay in use"
                            : "the JWKS URL gives no keys; tokens of its issuer are refused for now",
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
