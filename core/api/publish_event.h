#pragma once

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
};

/// What a body says, by its media type. Code::Unsupported for a type we do not take. [any]
Result<PublishEvent> parsePublish(http::MediaType type, std::string_view body);

/// The entry to append. [any]
channel::EntryRef makeEntry(const PublishEvent& event, EventKind kind, std::string_view channel,
                            std::string_view client, std::string_view idempotency);

}  // namespace sse::api
