#include "transport/relay/fill_plan.h"

#include <algorithm>

namespace sse::relay {

std::optional<Start> FillPlan::start(const std::string& key, const Hello& hello, std::optional<std::uint64_t> known,
                                     bool waited) {
  if (donor_) return std::nullopt;
  if ((starting_ || begun_) && !done_ && !hello.starting) {
    begun_ = true;
    donor_ = key;
    return Start{{Scope::All, 0}, false};
  }
  const auto donated = donated_.find(hello.tag);
  if (donated != donated_.end()) known = std::max(known.value_or(0), donated->second);
  if (known) return Start{{Scope::Own, *known}, false};
  const bool from_its_beginning = starting_ || waited || hello.starting || hello.young || hello.head == 0;
  if (from_its_beginning) return Start{{Scope::Own, 0}, false};
  return Start{{Scope::Own, hello.head}, true};
}

bool FillPlan::filled(const std::string& key, const Checkpoint& checkpoint) {
  if (donor_ != key) return false;
  for (const auto& id : checkpoint.highest) donated_[id.origin] = id.number;
  donated_.erase(checkpoint.node);
  donor_.reset();
  done_ = true;
  return true;
}

bool FillPlan::broken(const std::string& key) {
  if (donor_ != key) return false;
  donor_.reset();
  return true;
}

}  // namespace sse::relay
