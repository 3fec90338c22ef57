#include "channel/log.h"

#include <algorithm>

#include "base/check.h"

namespace sse::channel {

Log::~Log() { SSE_CHECK(count_ == 0); }

std::uint32_t Log::after(std::uint64_t position) const {
  if (count_ == 0 || at(count_ - 1)->position() <= position) return count_;
  std::uint32_t low = 0;
  std::uint32_t high = count_ - 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (at(middle)->position() > position) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

void Log::push(Entry* entry, std::size_t recent_bytes) {
  if (count_ == capacity_) grow();
  ring_[(begin_ + count_) & (capacity_ - 1)] = entry;
  ++count_;
  others_ += entry->history() ? 0 : 1;
  bytes_ += entry->footprint();
  recent_bytes_ += entry->footprint();
  while (recent_bytes_ > recent_bytes && recent_ + 1 < count_) recent_bytes_ -= at(recent_++)->footprint();
}

Entry* Log::popOldest() {
  Entry* entry = at(0);
  begin_ = (begin_ + 1) & (capacity_ - 1);
  --count_;
  uncount(*entry, 0);
  auto& floor = entry->pastEvent() ? past_floor_ : floor_;
  floor = std::max(floor, entry->position());
  return entry;
}

void Log::remove(const Entry* entry) {
  const std::uint32_t behind = after(entry->position());
  for (std::uint32_t i = behind; i < count_; ++i) {
    ring_[(begin_ + i - 1) & (capacity_ - 1)] = at(i);
  }
  --count_;
  uncount(*entry, behind - 1);
}

void Log::uncount(const Entry& entry, std::uint32_t index) {
  if (index < recent_) {
    --recent_;
  } else {
    recent_bytes_ -= entry.footprint();
  }
  others_ -= entry.history() ? 0 : 1;
  bytes_ -= entry.footprint();
  if (count_ > 0) return;
  ring_.reset();
  capacity_ = begin_ = 0;
}

void Log::grow() {
  const std::uint32_t capacity = capacity_ == 0 ? 2 : capacity_ * 2;
  auto ring = std::make_unique<Entry*[]>(capacity);
  for (std::uint32_t i = 0; i < count_; ++i) ring[i] = at(i);
  ring_ = std::move(ring);
  capacity_ = capacity;
  begin_ = 0;
}

}  // namespace sse::channel
