#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "discovery/gossip/packet_codec.h"
#include "discovery/gossip/stream_codec.h"

/// What the codec's tests share.
namespace sse::gossip::test {

/// The bytes of hexadecimal digits; blanks are skipped.
inline std::string unhex(std::string_view digits) {
  std::string bytes;
  std::string pair;
  for (const char c : digits) {
    if (c == ' ') continue;
    pair += c;
    if (pair.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(pair, nullptr, 16));
    pair.clear();
  }
  return bytes;
}

inline std::string hex(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (const char c : bytes) {
    digits += kDigits[static_cast<unsigned char>(c) >> 4U];
    digits += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return digits;
}

/// Keys of a list that is good.
inline KeyRing keys(std::string_view list) { return KeyRing::parse(list).value(); }

/// No label, no key, no compression.
inline WireSettings plain() {
  WireSettings settings;
  settings.compress = false;
  return settings;
}

inline WireSettings labelled(std::string label) {
  auto settings = plain();
  settings.label = std::move(label);
  return settings;
}

inline WireSettings keyed(std::string_view list) {
  auto settings = plain();
  settings.keys = keys(list);
  return settings;
}

/// A ping as section 24.1 has it.
inline Ping samplePing() { return {"alpha", 1, {std::string("\x7f\0\0\x02", 4), "beta", 7946}}; }

inline Alive sampleAlive() {
  return {std::string("\x7f\0\0\x03", 4), 1, "8082", "gamma", 7946, std::string("\x01\x05\x02\0\0\0", 6)};
}

inline Row sampleRow(std::string name = "beta") {
  return {std::string("\x7f\0\0\x02", 4),      1, "8081", std::move(name), 7946, NodeState::Alive,
          std::string("\x01\x05\x02\0\0\0", 6)};
}

/// A compound around parts, right or wrong.
inline std::string compoundOf(const std::vector<std::string>& parts) {
  std::string out{'\x07', static_cast<char>(parts.size())};
  for (const auto& part : parts) {
    out += static_cast<char>(part.size() >> 8U);
    out += static_cast<char>(part.size() & 255U);
  }
  for (const auto& part : parts) out += part;
  return out;
}

}  // namespace sse::gossip::test
