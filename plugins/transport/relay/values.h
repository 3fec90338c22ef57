#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "sse/event.h"
#include "sse/journal.h"

/// The values that frames are made of, as bytes: docs/wire.md. [any]
namespace sse::relay::wire {

inline bool isTag(const Tag& tag) {
  return std::all_of(tag.begin(), tag.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'v'); });
}

inline constexpr std::size_t kLeastIdentity = 8 + 1;  // origin, number

/// Appends values to a string.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void number(std::uint64_t value) {
    char bytes[10];
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
    bytes[size++] = static_cast<char>(value);
    out_.append(bytes, size);
  }
  void bits(std::initializer_list<bool> least_first) {
    unsigned value = 0;
    unsigned shift = 0;
    for (const bool bit : least_first) value |= static_cast<unsigned>(bit) << shift++;
    byte(static_cast<std::uint8_t>(value));
  }
  void text(std::string_view value) {
    number(value.size());
    out_.append(value);
  }
  template <std::size_t N>
  void array(const std::array<char, N>& value) {
    out_.append(value.data(), N);
  }
  void identity(const Identity& id) {
    array(id.origin);
    number(id.number);
  }
  void identities(const std::vector<Identity>& ids) {
    number(ids.size());
    for (const auto& id : ids) identity(id);
  }
  void checkpoint(const Checkpoint& value) {
    array(value.node);
    number(value.position);
    identities(value.highest);
  }

 private:
  std::string& out_;
};

/// Takes values from bytes. After the first thing that is not there everything reads as zero and `good` is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool done() const { return good_ && bytes_.empty(); }
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }
  void fail() { good_ = false; }

  std::uint8_t byte() { return static_cast<std::uint8_t>(need(1) ? take(1)[0] : 0); }
  bool flag() {
    const auto value = byte();
    if (value > 1) fail();
    return value == 1;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t part = byte();
      if (shift == 63 && part > 1) break;
      value |= (part & 0x7f) << shift;
      if ((part & 0x80) == 0) return good_ ? value : 0;
    }
    fail();
    return 0;
  }
  std::string_view text(std::size_t limit) {
    const auto size = number();
    if (!need(size) || size > limit) {
      fail();
      return {};
    }
    return take(size);
  }
  template <std::size_t N>
  std::array<char, N> array() {
    std::array<char, N> value{};
    if (need(N)) take(N).copy(value.data(), N);
    return value;
  }
  Tag tag() {
    const auto value = array<8>();
    if (!isTag(value)) fail();
    return value;
  }
  Identity identity() {
    Identity id;
    id.origin = tag();
    id.number = number();
    return id;
  }
  /// How many items follow, each of at least `least` bytes.
  std::size_t count(std::size_t least) {
    const auto value = number();
    if (value > bytes_.size() / least) {
      fail();
      return 0;
    }
    return value;
  }
  std::vector<Identity> identities() {
    std::vector<Identity> ids;
    const auto size = count(kLeastIdentity);
    ids.reserve(size);
    for (std::size_t i = 0; i < size && good_; ++i) ids.push_back(identity());
    return ids;
  }
  Checkpoint checkpoint() {
    Checkpoint value;
    value.node = tag();
    value.position = number();
    value.highest = identities();
    return value;
  }

 private:
  bool need(std::uint64_t size) {
    if (size > bytes_.size()) good_ = false;
    return good_;
  }
  std::string_view take(std::size_t size) {
    const auto value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return value;
  }

  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace sse::relay::wire
