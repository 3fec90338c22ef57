#include "channel/fill.h"

#include <algorithm>

namespace sse::channel {

void Fill::begin(const Tag& donor, bool young) {
  past_ = std::make_unique<Journal>(journal_.tag(), journal_.limits(), Journal::Callbacks{});
  how_ = {};
  if (young) how_.live = donor;
  spoiled_ = false;
  opening_.store(!ended_ || !journal_.strangers({{donor, 1}}).empty(), std::memory_order_release);
  running_.store(true, std::memory_order_release);
}

void Fill::drop() {
  running_.store(false, std::memory_order_release);
  opening_.store(false, std::memory_order_release);
  past_.reset();
}

std::size_t Fill::append(std::span<const EventView> events, std::int64_t now_us) {
  return past_ ? past_->appendForeign(events, now_us) : 0;
}

void Fill::hole(const Identity& lost, std::int64_t now_us) {
  if (past_) past_->appendHole(lost, true, now_us);
}

void Fill::floors(const Floors& floors, std::int64_t now_us) {
  if (!past_) return;
  how_.reached = floors.reached;
  past_->takeFloors(floors, now_us);
}

void Fill::end(std::int64_t now_us) {
  if (!past_) return;
  if (spoiled_) past_->takeFloors({{}, past_->checkpoint().highest, {}}, now_us);
  std::ranges::sort(how_.reached, {}, &Identity::origin);
  how_.late = journal_.used();
  if (!how_.late) how_.live.reset();
  journal_.takeOver(*past_, how_, now_us);
  ended_ = true;
  drop();
}

}  // namespace sse::channel
