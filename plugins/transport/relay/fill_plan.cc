#include "transport/relay/fill_plan.h"

#include <algorithm>

namespace sse::relay {

std::optional<std::uint64_t> FillPlan::known(const Hello& hello, const Met& met) const {
  const auto donated = donated_.find(hello.tag);
  if (donated == donated_.end()) return met.events;
  return std::max(met.events.value_or(0), donated->second);
}

bool FillPlan::fills(const Hello& hello, const Met& met) const {
  if (hello.starting) return false;
  if (broke_ || again_ == hello.tag) return true;
  const bool newcomer = hello.young || hello.head == 0 || met.waited;
  return !known(hello, met) && !(newcomer && covers(hello, met));
}

std::optional<Want> FillPlan::start(const std::string& key, const Hello& hello, const Met& met) {
  if (donor_) return std::nullopt;
  if (!fills(hello, met)) return Want{Scope::Own, known(hello, met).value_or(0)};
  donor_ = key;
  again_.reset();
  named_.clear();
  donor_root_ = hello.root;
  fresh_ = met.fresh;
  return Want{Scope::All, 0};
}

void FillPlan::named(const std::string& key, std::vector<Identity> reached) {
  if (donor_ == key) named_ = std::move(reached);
}

/// What a newcomer was filled with is here where the roots are the same. One that is its own root was filled by nobody
/// before it was ready, so there is little that it may have besides its own events; Lacks finds it.
bool FillPlan::covers(const Hello& hello, const Met& met) const {
  if (met.root) return true;
  if (!hello.root) return false;
  return hello.root == root_ || (filled_ && hello.young && !met.waited && *hello.root == hello.tag);
}

bool FillPlan::filled(const std::string& key, const Checkpoint& checkpoint) {
  if (donor_ != key) return false;
  named_.insert(named_.end(), checkpoint.highest.begin(), checkpoint.highest.end());
  for (const auto& id : named_) {
    auto& number = donated_[id.origin];
    number = std::max(number, id.number);
  }
  donated_.erase(checkpoint.node);
  donor_.reset();
  broke_ = false;
  if (checkpoint.position == 0) return true;
  if (!filled_ && fresh_) root_ = donor_root_;
  filled_ = true;
  return true;
}

bool FillPlan::broken(const std::string& key) {
  if (donor_ != key) return false;
  donor_.reset();
  broke_ = true;
  return true;
}

}  // namespace sse::relay
