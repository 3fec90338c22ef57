#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "discovery/gossip/message_codec.h"
#include "discovery/gossip/stream_codec.h"

// Streams of the gossip plugin: whatever comes in is read or refused, alike in one piece and in many, and what was read
// comes back the same when it is written again. The first byte of the input chooses the settings, and whether the rest
// is put into a box first, which no fuzzer could make; the second is the size of the pieces.

using namespace sse;
using namespace sse::gossip;

namespace {

WireSettings settingsOf(unsigned flags) {
  WireSettings settings;
  if ((flags & 1U) != 0) settings.label = "sse-cluster";
  if ((flags & 2U) != 0) settings.keys = KeyRing::parse("0123456789abcdef").value();
  settings.encryption_version = (flags & 8U) != 0 ? 0 : 1;
  settings.verify_incoming = (flags & 16U) == 0;
  settings.compress = (flags & 32U) != 0;
  settings.skip_inbound_label_check = (flags & 64U) != 0;
  return settings;
}

std::string boxed(const WireSettings& settings, std::string_view inside) {
  const auto size = boxSize(settings.encryption_version, inside.size());
  std::string header = "\x0a";
  for (const unsigned shift : {24U, 16U, 8U, 0U}) header += static_cast<char>(size >> shift & 0xffU);
  return header + settings.keys.seal(settings.encryption_version, inside, header + settings.label, Nonce{});
}

/// The message, encoded again, or the error.
struct Outcome {
  std::string message;
  std::string error;
  std::string refusal;
  bool operator==(const Outcome&) const = default;
};

Outcome read(const WireSettings& settings, StreamSide us, std::string_view bytes, std::size_t piece) {
  StreamDecoder decoder(settings, us);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const auto step = decoder.feed(bytes.substr(0, piece));
    if (!step.ok()) return {"", step.error().text, decoder.refusal()};
    SSE_CHECK(decoder.refusal().empty());
    if (*step) return {encodeForStream(**step), "", ""};
  }
  return {};
}

void checkBack(WireSettings settings, StreamSide us, const std::string& message) {
  settings.skip_inbound_label_check = false;
  StreamDecoder decoder(settings, us);
  // A plain message is read on its own, to have its value.
  WireSettings bare;
  StreamDecoder bare_decoder(bare, StreamSide::Listener);
  const auto value = bare_decoder.feed(message);
  SSE_CHECK(value.ok() && value->has_value());
  const auto writer = us == StreamSide::Listener ? StreamSide::Initiator : StreamSide::Listener;
  const auto bytes = encodeStream(settings, **value, writer);
  SSE_CHECK(bytes.ok());
  const auto again = decoder.feed(*bytes);
  SSE_CHECK(again.ok() && again->has_value() && encodeForStream(**again) == message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (input.size() < 2) return 0;
  const unsigned flags = static_cast<std::uint8_t>(input[0]);
  const std::size_t piece = std::size_t{1} + static_cast<std::uint8_t>(input[1]);
  input.remove_prefix(2);
  const auto settings = settingsOf(flags);
  const auto us = (flags & 128U) != 0 ? StreamSide::Initiator : StreamSide::Listener;
  std::string stream;
  if ((flags & 6U) == 6U) {
    if (us == StreamSide::Listener && (flags & 65U) == 1U)
      stream =
          "\xf4\x0b"
          "sse-cluster";
    stream += boxed(settings, input);
  } else {
    stream = input;
  }

  const auto whole = read(settings, us, stream, stream.size());
  SSE_CHECK(whole == read(settings, us, stream, piece));
  // A map that was near its limit may pass it when its missing fields are written.
  if (!whole.message.empty() && whole.message.size() < kMaxMap / 2) checkBack(settings, us, whole.message);
  return 0;
}
