#include "auth/webhook/resolver.h"

#include <utility>

#include "sse/addresses.h"

namespace sse::webhook {
namespace {

constexpr auto kGoodFor = std::chrono::seconds(10);
constexpr std::size_t kMaxWaiting = 1024;

}  // namespace

Resolver::Resolver(Host& host, std::string name) : host_(host), name_(std::move(name)) {}

void Resolver::ask(Found found) {
  // A pool has no more connections than this, so the oldest one has been given up while the look-up hangs.
  if (waiting_.size() >= kMaxWaiting) waiting_.pop_front();
  waiting_.push_back(std::move(found));
  if (looking_) return;
  looking_ = true;
  auto numeric = addressesOf(name_, LookUp::NumericOnly);
  if (!numeric.ok() && host_.loop().now() >= good_until_) return lookUp();
  auto known = numeric.ok() ? std::move(numeric) : known_;
  host_.loop().post([this, alive = std::weak_ptr<bool>(alive_), known = std::move(known)] {
    if (!alive.expired()) settle(known);
  });
}

void Resolver::lookUp() {
  const auto outcome =
      std::make_shared<Result<Addresses>>(Error{Code::Unavailable, name_ + ": too many calls wait for a worker"});
  auto done = [this, alive = std::weak_ptr<bool>(alive_), outcome] {
    if (alive.expired()) return;
    if (outcome->ok()) good_until_ = host_.loop().now() + kGoodFor;
    settle(*outcome);
  };
  host_.offload([name = name_, outcome] { *outcome = addressesOf(name); }, std::move(done));
}

void Resolver::settle(Result<Addresses> addresses) {
  looking_ = false;
  known_ = std::move(addresses);
  const std::weak_ptr<bool> alive = alive_;
  for (const auto& found : std::exchange(waiting_, {})) {
    if (alive.expired()) return;
    found(known_);
  }
}

}  // namespace sse::webhook
