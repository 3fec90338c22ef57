#include "discovery/gossip/suspicion.h"

#include <algorithm>
#include <cmath>

namespace sse::gossip {
namespace {

Duration leastTimeout(const Intervals& intervals, std::size_t members) {
  const double scale = std::max(1.0, std::log10(std::max<double>(1.0, static_cast<double>(members))));
  const auto thousandths = static_cast<Duration::rep>(scale * 1000);
  return intervals.probe_interval * intervals.suspicion_multiplier * thousandths / 1000;
}

std::size_t confirmationsWanted(const Intervals& intervals, std::size_t members) {
  const auto wanted = static_cast<std::size_t>(std::max(0, intervals.suspicion_multiplier - 2));
  return members >= wanted + 2 ? wanted : 0;
}

}  // namespace

Suspicion::Suspicion(const Intervals& intervals, std::size_t members, std::string from, Clock::time_point start)
    : min_(leastTimeout(intervals, members)),
      max_(min_ * intervals.suspicion_max_multiplier),
      wanted_(confirmationsWanted(intervals, members)),
      accusers_{std::move(from)},
      start_(start) {}

bool Suspicion::confirm(const std::string& from) {
  if (accusers_.size() > wanted_) return false;
  if (std::find(accusers_.begin(), accusers_.end(), from) != accusers_.end()) return false;
  accusers_.push_back(from);
  return true;
}

Duration Suspicion::timeout() const {
  if (wanted_ == 0) return min_;
  const double share = std::log(static_cast<double>(accusers_.size())) / std::log(static_cast<double>(wanted_ + 1));
  const auto shortened = static_cast<double>(max_.count()) - static_cast<double>((max_ - min_).count()) * share;
  return std::max(min_, Duration(static_cast<Duration::rep>(shortened)));
}

}  // namespace sse::gossip
