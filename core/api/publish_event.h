#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "channel/entry.h"
#include "http/media_type.h"
#include "sse/result.h"

namespace sse::api {

/// A publish's body, checked. Views point into the body and into `id`, `event`, `channel`.
struct PublishEvent {
  std::optional<std::string_view> data;
  std::optional<std::uint64_t> retry_ms;
  std::string id;
  std::string event;
  std::string channel;  ///< of a batch's line
  /// The JSON array as it stood, where a node of the original program sent the event; else empty.
  std::string_view been_to;
  bool names_nodes = false;  ///< there is a been_to, whether it counts or not
};

/// Who published: been_to counts only from a node of the original program.
enum class Sender : std::uint8_t { Client, OriginalNode };

/// What a body says, by its media type. Code::Unsupported for a type we do not take. A JSON body with a been_to from an
/// OriginalNode is an event as its encoder writes it: what is empty counts as absent, the event "message" as none, and
/// an id that could not be ours to give is left out rather than refused, as the event would be lost. [any]
Result<PublishEvent> parsePublish(http::MediaType type, std::string_view body, Sender sender = Sender::Client);

/// The entry to append. [any]
channel::EntryRef makeEntry(const PublishEvent& event, EventKind kind, std::string_view channel,
                            std::string_view client, std::string_view idempotency);

/// A line of a batch that may be published as far as its text goes. The view points into the body.
struct BatchLine {
  PublishEvent event;
  std::string_view text;
};

}  // namespace sse::api
