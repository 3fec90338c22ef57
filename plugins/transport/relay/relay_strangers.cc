#include <algorithm>

#include "transport/relay/relay.h"

namespace sse::relay {
namespace {

constexpr std::ptrdiff_t kMaxFeeders = 1024;
constexpr std::ptrdiff_t kMaxUnproven = 64;  // beside them, of whom the oldest gives way
constexpr Duration kRefusalEvery{10'000};

}  // namespace

void Relay::accept(Upgraded upgraded) {
  if (stopping_) return;
  if (std::ranges::count_if(feeders_, [](const auto& feeder) { return feeder->up(); }) >= kMaxFeeders) {
    return refused(upgraded.remote_address, "more than " + std::to_string(kMaxFeeders) + " connections");
  }
  makeWay();
  feeders_.push_back(std::make_unique<Feeder>(static_cast<Hub&>(*this), std::move(upgraded)));
  feeders_.back()->start();
  followJournal();
}

/// Without a word: a member among them is to dial again soon.
void Relay::makeWay() {
  const auto unproven = [](const auto& feeder) { return feeder->unproven(); };
  if (std::ranges::count_if(feeders_, unproven) < kMaxUnproven) return;
  (*std::ranges::find_if(feeders_, unproven))
      ->link()
      .fail("another one took its place: of those that are not accepted yet " + std::to_string(kMaxUnproven) +
            " are kept");
}

void Relay::refused(const std::string& address, const std::string& reason) {
  const auto now = host_->loop().now();
  counters_->refused_connections.add();
  ++refusals_untold_;
  if (refusal_told_ != Clock::time_point() && now - refusal_told_ < kRefusalEvery) return;
  host_->log().write(Level::Warning, "relay-refused", "a connection to the relay ended before it was accepted",
                     {{"address", address}, {"reason", reason}, {"count", std::to_string(refusals_untold_)}});
  host_->bus().publish(Warned{"relay-refused", "a connection to the relay was not accepted: " + reason, address});
  refusal_told_ = now;
  refusals_untold_ = 0;
}

}  // namespace sse::relay
