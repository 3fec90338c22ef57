#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "discovery/gossip/message_codec.h"
#include "discovery/gossip/packet_codec.h"

// Datagrams of the gossip plugin: whatever comes in is unpacked or dropped, and what was unpacked comes back the same
// when it is packed again. The first byte of the input chooses the settings, and whether the rest is put into a box
// first, which no fuzzer could make.

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

std::vector<std::string> encoded(const Unpacked& unpacked) {
  std::vector<std::string> messages;
  for (const auto& message : unpacked.messages) {
    messages.push_back(encode(message));
    const auto again = decode(messages.back());
    SSE_CHECK(again.ok() && again->index() == message.index() && encode(*again) == messages.back());
  }
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (input.empty()) return 0;
  const unsigned flags = static_cast<std::uint8_t>(input[0]);
  input.remove_prefix(1);
  auto settings = settingsOf(flags);
  std::string datagram(input);
  if ((flags & 6U) == 6U) datagram = settings.keys.seal(settings.encryption_version, datagram, settings.label, Nonce{});

  const auto unpacked = unpack(settings, datagram);
  SSE_CHECK(unpacked.messages.size() <= kMaxMessages);
  SSE_CHECK((unpacked.dropped > 0) == !unpacked.why.text.empty());
  const auto messages = encoded(unpacked);
  std::size_t total = 0;
  for (const auto& message : messages) total += message.size();
  // More would not be decompressed again.
  if (total > kMaxUnpacked / 2) settings.compress = false;
  settings.skip_inbound_label_check = false;
  std::vector<std::string> back;
  for (const auto& packet : pack(settings, messages, (flags & 128U) != 0)) {
    const auto again = unpack(settings, packet);
    SSE_CHECK(again.dropped == 0);
    for (auto& message : encoded(again)) back.push_back(std::move(message));
  }
  SSE_CHECK(back == messages);
  return 0;
}
