#include "discovery/gossip/fields.h"

#include <limits>
#include <type_traits>

#include "discovery/gossip/msgpack.h"

namespace sse::gossip {

namespace {

using Kind = MapValue::Kind;

std::string describe(const MapValue& value) {
  switch (value.kind) {
    case Kind::Nil: return "nil";
    case Kind::Bool: return "a boolean";
    case Kind::Number: return std::to_string(value.number);
    case Kind::Negative: return "a negative number";
    case Kind::Bytes: return "a byte string";
    case Kind::Other: break;
  }
  return "a value of another type";
}

/// Empty where the value was taken, else what was expected.
template <typename T>
std::string store(const MapValue& value, T& into) {
  if (value.kind == Kind::Nil) {
    into = T();
    return {};
  }
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    if (value.kind != Kind::Bytes) return "a byte string";
    into = T(value.bytes);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (value.kind != Kind::Bool) return "a boolean";
    into = value.number != 0;
  } else {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if (value.kind != Kind::Number || value.number > kMost) return "a whole number up to " + std::to_string(kMost);
    into = static_cast<T>(value.number);
  }
  return {};
}

Error inside(std::string_view what, const Error& error) { return {error.code, std::string(what) + ": " + error.text}; }

}  // namespace

Result<void> readFields(std::string_view what, std::string_view bytes, std::initializer_list<FieldSlot> slots) {
  for (const auto& slot : slots) std::visit([](auto* into) { *into = {}; }, slot.into);
  auto reader = MapReader::open(bytes);
  if (!reader.ok()) return inside(what, reader.error());
  for (;;) {
    const auto field = reader->next();
    if (!field.ok()) return inside(what, field.error());
    if (!*field) return {};
    for (const auto& slot : slots) {
      if (slot.name != (*field)->name) continue;
      const auto& value = (*field)->value;
      const auto expected = std::visit([&value](auto* into) { return store(value, *into); }, slot.into);
      if (expected.empty()) continue;
      return Error{Code::InvalidArgument, std::string(what) + "." + std::string(slot.name) + ": expected " + expected +
                                              ", got " + describe(value)};
    }
  }
}

}  // namespace sse::gossip
