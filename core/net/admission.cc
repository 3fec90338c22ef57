#include "net/admission.h"

#include "base/tag.h"

namespace sse::net {

Ticket::Ticket(Admission* admission, const Address* counted)
    : admission_(admission), counted_(counted == nullptr ? nullptr : new Address(*counted)) {}

Ticket::~Ticket() {
  if (admission_ != nullptr) admission_->release(counted_);
  delete counted_;
}

std::size_t Admission::Hash::operator()(const Address& address) const {
  return base::hashName({address.data(), address.size()});
}

std::pair<Admission::Verdict, Ticket> Admission::admit(const Address& address) {
  if (!room()) return {Verdict::Full, Ticket()};
  const std::size_t open = open_.fetch_add(1, std::memory_order_relaxed) + 1;
  auto verdict = limits_.connections != 0 && open > limits_.connections ? Verdict::OverLimit : Verdict::Admitted;
  if (limits_.per_address == 0) return {verdict, Ticket(this, nullptr)};
  const Address counted = countedAddress(address);
  {
    const std::lock_guard lock(mutex_);
    const bool over = ++by_address_[counted] > limits_.per_address;
    if (over && verdict == Verdict::Admitted) verdict = Verdict::OverAddressLimit;
  }
  return {verdict, Ticket(this, &counted)};
}

void Admission::release(const Address* counted) {
  open_.fetch_sub(1, std::memory_order_relaxed);
  if (counted == nullptr) return;
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(*counted);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

}  // namespace sse::net
