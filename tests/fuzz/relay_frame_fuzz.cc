#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/check.h"
#include "transport/relay/post_body.h"
#include "transport/relay/wire.h"

// Frames of the relay: the first byte of the input is the type, the rest the body. Whatever comes is read or refused;
// what was read comes back the same when it is written again, and takes no more memory than its bytes allow. Events
// that were read are written for original nodes, too.

using namespace sse;
using namespace sse::relay;

namespace {

std::string written(const Frame& frame) {
  std::string bytes;
  encode(bytes, frame);
  return bytes;
}

Frame readBack(const std::string& bytes) {
  const auto head = decodeHead(bytes, {kMaxFrame});
  SSE_CHECK(head.ok() && head->has_value() && (*head)->size + kFrameHead == bytes.size());
  auto frame = decodeBody((*head)->type, std::string_view(bytes).substr(kFrameHead));
  SSE_CHECK(frame.ok());
  return std::move(*frame);
}

void checkEvents(const Events& events) {
  NodeNames names;
  names.add("n\"1");
  for (const auto& event : events.events) {
    SSE_CHECK(isRelayable(event));
    if (!isPostable(event)) continue;
    SSE_CHECK(isJson(postBody(event, names)));
    SSE_CHECK(postPath(event, Paths::Late).starts_with('/'));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const auto head = decodeHead(input, {kMaxGreeting});
  SSE_CHECK(!head.ok() || !*head || (*head)->size <= kMaxGreeting);
  namesOf(input);
  if (input.empty()) return 0;
  const auto frame = decodeBody(static_cast<FrameType>(input[0]), input.substr(1));
  if (!frame.ok()) return 0;
  const auto first = written(*frame);
  const auto again = readBack(first);
  SSE_CHECK(written(again) == first);
  if (const auto* events = std::get_if<Events>(&*frame)) checkEvents(*events);
  return 0;
}
