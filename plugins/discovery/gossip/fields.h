#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "sse/result.h"

/// Reading a structure of section 5 from its map. [any]
namespace sse::gossip {

/// A field of a structure and where its value goes. The integers' ranges are those of their types; a signed one takes
/// no negative number either.
struct FieldSlot {
  std::string_view name;
  std::variant<std::string*, std::string_view*, bool*, std::uint8_t*, std::uint16_t*, std::uint32_t*, std::int64_t*>
      into;
};

/// Reads the map at the front of `bytes`. Fields may stand in any order; unknown ones are skipped; nil makes a value
/// zero, and so does absence, as slots are cleared first. `what` names the structure in errors. A view points
/// into `bytes`.
Result<void> readFields(std::string_view what, std::string_view bytes, std::initializer_list<FieldSlot> slots);

}  // namespace sse::gossip
