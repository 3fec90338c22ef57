#include "net/admission.h"

#include "base/tag.h"

namespace sse::net {

Ticket::~Ticket() {
  if (admission_ != nullptr) admission_->release(counted_.get());
}

std::size_t Admission::Hash::operator()(const Address& address) const {
  return base::hashName({address.data(), address.size()});
}

std::pair<Admission::Verdict, Ticket> Admission::admit(const Address& address) {
  std::unique_ptr<Ticket::Counted> counted;
  if (limits_.per_address != 0) {
    counted = std::make_unique<Ticket::Counted>(Ticket::Counted{countedAddress(address), false});
    if (!count(*counted)) return {Verdict::AddressFull, Ticket()};
    if (counted->over) return {Verdict::OverAddressLimit, Ticket(this, std::move(counted))};
  }
  const std::size_t open = open_.fetch_add(1, std::memory_order_relaxed) + 1;
  Ticket ticket(this, std::move(counted));
  if (limits_.connections == 0 || open <= limits_.connections) return {Verdict::Admitted, std::move(ticket)};
  if (open <= limits_.connections + limits_.reserve) return {Verdict::OverLimit, std::move(ticket)};
  return {Verdict::Full, Ticket()};
}

/// Gives one more of its address a place, within the limit or over it; false: there is none.
bool Admission::count(Ticket::Counted& counted) {
  const std::lock_guard lock(mutex_);
  auto& seen = by_address_[counted.address];
  counted.over = seen.within >= limits_.per_address;
  if (!counted.over) {
    ++seen.within;
    return true;
  }
  if (seen.over >= limits_.address_reserve || over_ >= limits_.reserve) return false;
  ++seen.over;
  ++over_;
  return true;
}

void Admission::release(const Ticket::Counted* counted) {
  const bool over = counted != nullptr && counted->over;
  if (!over) open_.fetch_sub(1, std::memory_order_relaxed);
  if (counted == nullptr) return;
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(counted->address);
  if (found == by_address_.end()) return;
  auto& seen = found->second;
  --(over ? seen.over : seen.within);
  if (over) --over_;
  if (seen.over + seen.within == 0) by_address_.erase(found);
}

}  // namespace sse::net
