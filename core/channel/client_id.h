#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sse/event.h"

namespace sse::channel {

/// The client id of a stream that chose none: `tag.loop.slot.generation`. [any]
std::string generatedClient(const Tag& tag, std::uint32_t loop, std::uint32_t slot, std::uint32_t generation);

/// By which streams and events of a client find each other before their ids are compared; kept for every stream, so
/// short. [any]
std::uint32_t hashOfClient(std::string_view client);

/// Whether `client` has the shape of a generated one, of whichever node. [any]
bool isGeneratedClient(std::string_view client);

}  // namespace sse::channel
