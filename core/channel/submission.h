#pragma once

#include <cstdint>

#include "channel/entry.h"
#include "sse/event.h"

namespace sse::channel {

/// An event on its way into the journal, and what became of it.
struct Submission {
  enum class Outcome : std::uint8_t {
    Appended,
    Repeated,  ///< its idempotency key is known: `identity` is the first one's
    Conflict,  ///< its idempotency key is known from an event with another content
    Refused,   ///< no room for another channel
  };
  EntryRef entry;
  Outcome outcome = Outcome::Refused;
  Identity identity{};
};

}  // namespace sse::channel
