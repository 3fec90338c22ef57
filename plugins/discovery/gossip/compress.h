#pragma once

#include <string>
#include <string_view>

#include "sse/result.h"

/// The compress layer of packets and streams (docs/memberlist.md sections 5 and 7). [any]
namespace sse::gossip {

/// The whole layer, type byte included.
std::string compressed(std::string_view message);

/// The LZW bytes of a layer, of which `map` is what follows the type byte; they point into it.
Result<std::string_view> compressedBuffer(std::string_view map);

}  // namespace sse::gossip
