#include <algorithm>

#include "channel/journal.h"

namespace sse::channel {
namespace {

constexpr std::size_t kMostFills = 64;  // told apart; of more the oldest two count as one

std::uint64_t numberIn(const std::vector<Identity>& known, const Tag& origin) {
  const auto found = std::ranges::lower_bound(known, origin, {}, &Identity::origin);
  return found != known.end() && found->origin == origin ? found->number : 0;
}

/// What is known in `here` of each of `origins`.
std::vector<Identity> knownOf(const std::vector<Identity>& origins, const Origins& here) {
  std::vector<Identity> known;
  for (const auto& id : origins) {
    if (const auto number = here.numberOf(id.origin); number > 0) known.push_back({id.origin, number});
  }
  std::ranges::sort(known, {}, &Identity::origin);
  return known;
}

EntryRef emptyHole() {
  EventView view;
  view.kind = EventKind::Hole;
  return Entry::make(view);
}

}  // namespace

void Journal::takeFloors(const Floors& floors, std::int64_t now_us) {
  Trash trash;
  const std::lock_guard lock(mutex_);
  takeFloors(floors, {}, {}, now_us, trash);
}

/// Of origins that are `known` what was lost up to there is known better here.
Raised Journal::takeFloors(const Floors& floors, const Known& known, const Takeover& how, std::int64_t now_us,
                           Trash& trash) {
  Raised raised;
  const auto raise = [&](FloorSet& set, const std::vector<Identity>& lost) {
    for (const auto& each : lost) {
      const auto number = numberIn(known, each.origin);
      if (each.origin == own_ || each.number <= number) continue;
      set.raise(each);
      raised.any = true;
      raised.followed = raised.followed || number > 0 || each.origin == how.live;
    }
  };
  for (const auto& reached : floors.reached) {
    if (reached.origin == own_) continue;
    origins_.note(reached.origin);
    origins_.raise(reached);
  }
  raise(lost_everywhere_, floors.everywhere);
  for (const auto& [channel, lost] : floors.channels) {
    Log* log = findOrMake(channel, now_us, trash);
    raise(log != nullptr ? log->lost_ : lost_everywhere_, lost);
  }
  return raised;
}

void Journal::note(const Tag& origin) {
  const std::lock_guard lock(mutex_);
  origins_.note(origin);
}

bool Journal::used() const {
  const std::lock_guard lock(mutex_);
  return joined_ || own_head_ > 0;
}

Limits Journal::limits() const {
  const std::lock_guard lock(mutex_);
  return limits_;
}

std::uint64_t Journal::pastUntil(std::uint64_t position) const {
  const std::lock_guard lock(mutex_);
  for (const auto& each : fills_) {
    if (position >= each.first && position <= each.last) return each.until;
  }
  return position;
}

void Journal::takeOver(Journal& past, const Takeover& how, std::int64_t now_us) {
  const auto floors = past.floors();
  Trash trash;
  std::uint64_t wake = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto known = knownOf(floors.reached, origins_);
    const auto before = head_;
    takePast(past, how, known, now_us, trash);
    const bool brought = !fills_.empty() && fills_.back().first > before;
    const auto raised = takeFloors(floors, known, how, now_us, trash);
    if (how.late && (brought || raised.any)) {
      const auto hole = emptyHole();
      hole->past_ = true;
      link(hole.get(), {own_, head_ + 1}, now_us, trash);
      if (brought && !raised.followed) fills_.back().until = head_;
    }
    wake = std::exchange(woken_, 0);
  }
  wakeLoops(wake);
}

/// Past entries get a stretch of positions of their own, with one behind them that is nobody's: who has that one, or
/// any other outside, did not read them.
void Journal::takePast(Journal& past, const Takeover& how, const Known& known, std::int64_t now_us, Trash& trash) {
  std::vector<EntryRef> news;
  const auto before = head_;
  while (auto entry = past.takeOldest()) {
    const auto number = numberIn(known, entry->identity_.origin);
    if (entry->identity_.origin == own_ || entry->identity_.number <= number) continue;
    const bool later = !how.reached.empty() && entry->identity_.number > numberIn(how.reached, entry->identity_.origin);
    if (number > 0 || later || entry->identity_.origin == how.live) {
      news.push_back(std::move(entry));
    } else if (entry->deliverable()) {
      // What it closed or deleted is closed and deleted in the past already.
      entry->past_ = true;
      linkForeign(entry, now_us, trash);
    }
  }
  if (head_ > before) {
    if (fills_.size() == kMostFills) {
      fills_[1].first = fills_[0].first;
      fills_.erase(fills_.begin());
    }
    fills_.push_back({before + 1, head_, head_});
    ++head_;
  }
  for (const auto& entry : news) linkForeign(entry, now_us, trash);
}

EntryRef Journal::takeOldest() {
  Trash trash;
  const std::lock_guard lock(mutex_);
  if (oldest_ == nullptr) return {};
  unlink(oldest_->log_->popOldest(), trash);
  return std::move(trash.front());
}

}  // namespace sse::channel
