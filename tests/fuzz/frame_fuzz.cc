#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "channel/entry.h"
#include "channel/journal.h"
#include "channel/position.h"
#include "support/stream_text.h"

// The frame encoder: whatever is published, an event stream parser that was written from the standard alone reads it
// back from the chunk, and as an event of a peer it is the same.

using namespace sse;

namespace {

/// Takes a piece off the input: a byte of length, then so many bytes.
std::string_view piece(std::string_view& input) {
  if (input.empty()) return {};
  const auto size = std::min<std::size_t>(static_cast<unsigned char>(input[0]), input.size() - 1);
  const auto out = input.substr(1, size);
  input.remove_prefix(1 + size);
  return out;
}

std::string withoutBreaks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '\r' && c != '\n') out += c;
  }
  return out;
}

std::string withLf(std::string_view data) {
  std::string out;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data.substr(i, 2) == "\r\n") continue;
    out += data[i] == '\r' ? '\n' : data[i];
  }
  return out;
}

void check(const channel::Entry& entry, const channel::Draft& draft, const std::string& id) {
  std::string bytes(entry.chunk());
  bool ended = false;
  std::string text = test::takeChunks(bytes, ended);
  SSE_CHECK(bytes.empty() && !ended && text == entry.block());
  const auto blocks = test::takeBlocks(text);
  SSE_CHECK(text.empty() && blocks.size() == 1);
  const auto& block = blocks[0];
  SSE_CHECK(block.id == id);
  SSE_CHECK(block.event.value_or("") == draft.event);
  SSE_CHECK(block.data.has_value() == draft.data.has_value());
  SSE_CHECK(!block.data || *block.data == withLf(*draft.data));
  SSE_CHECK(block.retry.has_value() == draft.retry_ms.has_value());
  SSE_CHECK(!block.retry || *block.retry == std::to_string(*draft.retry_ms));
}

std::string own(const Tag& tag, std::uint64_t position) { return channel::identityText({tag, position}); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Tag here = {'h', 'e', 'r', 'e', '0', '0', '0', '0'};
  static const Tag peer = {'p', 'e', 'e', 'r', '0', '0', '0', '0'};
  std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (input.empty()) return 0;
  const auto flags = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  const std::string event = withoutBreaks(piece(input));
  const std::string id = (flags & 1U) != 0 ? withoutBreaks(piece(input)).substr(0, 128) : "";
  channel::Draft draft;
  draft.channel = "fuzz";
  draft.event = event;
  draft.publisher_id = id;
  if ((flags & 2U) != 0) draft.retry_ms = std::uint64_t{flags} << (flags % 56U);
  if ((flags & 4U) == 0) draft.data = input;

  channel::Journal journal(here, {}, {});
  std::array<channel::Submission, 1> one;
  one[0].entry = channel::Entry::make(draft);
  journal.append(one, 1);
  check(*one[0].entry, draft, id.empty() ? own(here, 1) : id);

  auto view = one[0].entry->view();
  view.id = {peer, std::uint64_t{flags} + 1};
  SSE_CHECK(journal.appendForeign({&view, 1}, 1) == 0);
  const auto newest = journal.find("fuzz")->extent.newest;
  check(*newest, draft, id.empty() ? own(peer, view.id.number) + "~" + own(here, 2) : id);
  const auto position =
      channel::parsePosition(id.empty() ? own(peer, view.id.number) + "~" + own(here, 2) : own(here, 2));
  SSE_CHECK(position && position->deliverer.number == 2);
  return 0;
}
