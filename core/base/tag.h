#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sse/event.h"

namespace sse::base {

/// A fresh tag from the system's random source. [any]
Tag randomTag();

/// The tag that `text` spells, or nothing. [any]
std::optional<Tag> parseTag(std::string_view text);

/// A 64-bit hash for tables of names: fast, not against an adversary who sees it; seeded per process. [any]
std::uint64_t hashName(std::string_view name);

/// A 64-bit hash that is the same in every process. [any]
std::uint64_t stableHash(std::string_view text, std::uint64_t seed);

/// A random number for jitter. [any]
std::uint64_t randomNumber();

}  // namespace sse::base
