#include <cstdint>
#include <span>

#include "base/check.h"
#include "discovery/dns/answer.h"

// DNS messages: any bytes are read or refused, and what was read is bounded and names only what may be a host.

using namespace sse;
using namespace sse::dns;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto answer = parseAnswer(std::span<const unsigned char>(bytes, size));
  if (!answer.ok()) return 0;
  SSE_CHECK(answer->addresses.size() + answer->services.size() + answer->additional.size() <= 2 * kMaxRecords);
  for (const auto* list : {&answer->addresses, &answer->additional}) {
    for (const auto& address : *list) SSE_CHECK(isName(address.owner) && !address.text.empty());
  }
  for (const auto& service : answer->services) SSE_CHECK(service.target.empty() || isName(service.target));
  SSE_CHECK(!answer->ttl || answer->ttl->count() >= 0);
  return 0;
}
