#include "transport/relay/fill_plan.h"

#include <algorithm>

namespace sse::relay {

std::optional<Want> FillPlan::start(const std::string& key, const Hello& hello, const Met& met) {
  if (donor_) return std::nullopt;
  auto known = met.events;
  const auto donated = donated_.find(hello.tag);
  if (donated != donated_.end()) known = std::max(known.value_or(0), donated->second);
  const bool again = (broke_ || again_ == key) && !hello.starting;
  if (known && !again) return Want{Scope::Own, *known};
  // Nobody can have missed on purpose what these have published; and what they took from others is here already.
  const bool newcomer = hello.young || hello.head == 0 || met.waited;
  if (hello.starting || (newcomer && covers(hello, met) && !again)) return Want{Scope::Own, 0};
  donor_ = key;
  again_.reset();
  donor_unfilled_ = hello.unfilled;
  donor_root_ = hello.root;
  return Want{Scope::All, 0};
}

/// A newcomer that is its own root has been filled by nobody.
bool FillPlan::covers(const Hello& hello, const Met& met) const {
  if (done_ || met.root) return true;
  return hello.root && (hello.root == root_ || (filled_ && *hello.root == hello.tag));
}

bool FillPlan::filled(const std::string& key, const Checkpoint& checkpoint, bool fresh) {
  if (donor_ != key) return false;
  for (const auto& id : checkpoint.highest) {
    auto& number = donated_[id.origin];
    number = std::max(number, id.number);
  }
  donated_.erase(checkpoint.node);
  donor_.reset();
  broke_ = false;
  if (!filled_ && fresh) root_ = donor_root_;
  filled_ = true;
  done_ = done_ || !donor_unfilled_;
  return true;
}

bool FillPlan::broken(const std::string& key) {
  if (donor_ != key) return false;
  donor_.reset();
  broke_ = true;
  return true;
}

}  // namespace sse::relay
