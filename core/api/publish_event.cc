#include "api/publish_event.h"

#include <algorithm>

#include "api/been_to.h"
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
  if (event.size() > kMaxEvent || base::hasControl(event)) {
    return wrong("event: expected at most 256 bytes without control characters");
  }
  if (event == "gap" || event == "token-expiring") return wrong("event: gap and token-expiring are reserved");
  return {};
}

/// Makes of what an original node wrote what a publisher would have. Its encoder writes null both for data that is null
/// and for none; beside a retry it is none.
void normalise(http::PublishBody& body) {
  if (body.id && !checkId(*body.id)) body.id.reset();
  if (body.event && (body.event->empty() || *body.event == "message")) body.event.reset();
  if (body.retry_ms == 0) body.retry_ms.reset();
  if (body.retry_ms && body.data == "null") body.data.reset();
  if (!body.retry_ms && !body.data) body.data = "null";
}

/// Where a node says whom the event has been to, its body is read as such a node writes it.
Result<void> takeBeenTo(http::PublishBody& body, PublishEvent& out) {
  const auto been_to = readBeenTo(body.been_to_span, {});
  if (!been_to) return been_to.error();
  if (!been_to->from_node) return {};
  out.been_to = body.been_to_span;
  normalise(body);
  return {};
}

}  // namespace

Result<PublishEvent> parsePublish(http::MediaType type, std::string_view body, Sender sender) {
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
  auto& found = *scanned;
  out.names_nodes = found.has_been_to;
  if (sender == Sender::OriginalNode) {
    if (auto taken = takeBeenTo(found, out); !taken) return taken.error();
  }
  if (found.id) {
    if (auto checked = checkId(*found.id); !checked) return checked.error();
    out.id = std::move(*found.id);
  }
  if (found.event) {
    if (auto checked = checkEvent(*found.event); !checked) return checked.error();
    out.event = std::move(*found.event);
  }
  out.data = found.data;
  out.retry_ms = found.retry_ms;
  if (found.channel) out.channel = std::move(*found.channel);
  return out;
}

channel::EntryRef makeEntry(const PublishEvent& event, EventKind kind, std::string_view channel,
                            std::string_view client, std::string_view idempotency) {
  return channel::Entry::make(channel::Draft{kind, channel, client, event.id, idempotency, event.event, event.data,
                                             event.retry_ms, event.been_to});
}

}  // namespace sse::api
