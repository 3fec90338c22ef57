#include "api/publish_event.h"

#include <algorithm>

#include "base/utf8.h"
#include "channel/position.h"
#include "http/json_scanner.h"

namespace sse::api {
namespace {

constexpr std::size_t kMaxId = 128;
constexpr std::size_t kMaxEvent = 256;

Error wrong(std::string text) { return {Code::InvalidArgument, std::move(text)}; }

/// Other ids break real clients for good: browsers and libraries send them back in a header.
Result<void> checkId(std::string_view id) {
  const bool printable = std::ranges::all_of(id, [](char c) { return c >= 0x20 && c <= 0x7e; });
  if (id.empty() || id.size() > kMaxId || !printable || id.front() == ' ' || id.back() == ' ') {
    return wrong("id: expected 1 to 128 printable ASCII characters without a space at either end");
  }
  if (channel::parsePosition(id)) return wrong("id: has the shape of this cluster's own ids; choose another");
  return {};
}

Result<void> checkEvent(std::string_view event) {
  const bool control =
      std::ranges::any_of(event, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (event.size() > kMaxEvent || control) {
    return wrong("event: expected at most 256 bytes without control characters");
  }
  if (event == "gap" || event == "token-expiring") return wrong("event: gap and token-expiring are reserved");
  return {};
}

}  // namespace

Result<PublishEvent> parsePublish(http::MediaType type, std::string_view body) {
  PublishEvent out;
  if (type == http::MediaType::Text) {
    if (!base::validUtf8(body)) return wrong("body: expected UTF-8");
    out.data = body;
    return out;
  }
  if (type != http::MediaType::Json) {
    return Error{Code::Unsupported, "content-type: expected application/json or text/plain"};
  }
  auto scanned = http::scanPublish(body);
  if (!scanned) return scanned.error();
  if (scanned->id) {
    if (auto checked = checkId(*scanned->id); !checked) return checked.error();
    out.id = std::move(*scanned->id);
  }
  if (scanned->event) {
    if (auto checked = checkEvent(*scanned->event); !checked) return checked.error();
    out.event = std::move(*scanned->event);
  }
  out.data = scanned->data;
  out.retry_ms = scanned->retry_ms;
  if (scanned->channel) out.channel = std::move(*scanned->channel);
  return out;
}

channel::EntryRef makeEntry(const PublishEvent& event, EventKind kind, std::string_view channel,
                            std::string_view client, std::string_view idempotency) {
  return channel::Entry::make(
      channel::Draft{kind, channel, client, event.id, idempotency, event.event, event.data, event.retry_ms});
}

}  // namespace sse::api
