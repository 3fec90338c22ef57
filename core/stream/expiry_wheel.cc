#include "stream/expiry_wheel.h"

#include <algorithm>

namespace sse::stream {
namespace {

/// In `prev` of the first of a list, with the list's number.
constexpr std::uint32_t kFirst = 1U << 31U;

}  // namespace

void ExpiryWheel::add(std::uint32_t slot, std::uint32_t due) {
  Timed& timed = at_(slot);
  timed.due = std::max(due, now_ + 1);
  ++size_;
  link(slot, timed);
}

void ExpiryWheel::link(std::uint32_t slot, Timed& timed) {
  const std::uint32_t ahead = timed.due - now_;
  std::uint32_t list = timed.due % kLists;
  if (ahead >= kLists) list = kLists + (timed.due >> 8U) % kLists;
  if (ahead >= kLists * kLists) {
    const std::uint32_t furthest = now_ + (kLists - 1) * kLists * kLists;
    list = 2 * kLists + (std::min(timed.due, furthest) >> 16U) % kLists;
  }
  timed.next = heads_[list];
  timed.prev = kFirst | list;
  if (timed.next != 0) at_(timed.next - 1).prev = slot + 1;
  heads_[list] = slot + 1;
}

void ExpiryWheel::remove(std::uint32_t slot) {
  Timed& timed = at_(slot);
  if (timed.due == 0) return;
  if ((timed.prev & kFirst) != 0) {
    heads_[timed.prev & ~kFirst] = timed.next;
  } else {
    at_(timed.prev - 1).next = timed.next;
  }
  if (timed.next != 0) at_(timed.next - 1).prev = timed.prev;
  timed.due = timed.next = timed.prev = 0;
  --size_;
}

bool ExpiryWheel::advance(std::uint32_t now, std::size_t most, const std::function<void(std::uint32_t)>& fire) {
  while (true) {
    const auto& head = heads_[now_ % kLists];
    while (head != 0) {
      if (most-- == 0) return false;
      const std::uint32_t slot = head - 1;
      remove(slot);
      fire(slot);
    }
    if (now_ >= now) return true;
    if (size_ == 0) {
      now_ = now;
      return true;
    }
    ++now_;
    if (now_ % (kLists * kLists) == 0) cascade(2 * kLists + (now_ >> 16U) % kLists);
    if (now_ % kLists == 0) cascade(kLists + (now_ >> 8U) % kLists);
  }
}

void ExpiryWheel::cascade(std::uint32_t list) {
  std::uint32_t next = heads_[list];
  heads_[list] = 0;
  while (next != 0) {
    const std::uint32_t slot = next - 1;
    Timed& timed = at_(slot);
    next = timed.next;
    link(slot, timed);
  }
}

}  // namespace sse::stream
