#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sse/result.h"

/// LZW as memberlist compresses with it (docs/memberlist.md section 7): least significant bit first, literals of 8
/// bits, codes of 9 to 12 bits. [any]
namespace sse::gossip {

/// Decompresses what arrives in pieces; any bytes may come in. Not to be fed again after an error.
class LzwDecoder {
 public:
  /// Fails rather than to give more than `limit` bytes.
  explicit LzwDecoder(std::size_t limit) : room_(limit) {}

  /// Appends to `out` what the bytes stand for: at most 4 KiB per code, and a code has at least 9 bits. Bytes behind
  /// the end code are ignored.
  Result<void> feed(std::string_view bytes, std::string& out);

  /// Whether the end code has come; without it the input was cut.
  [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
  static constexpr std::size_t kCodes = 4096;
  static constexpr std::uint16_t kNone = 0xffff;

  void clear();
  Result<void> take(std::uint16_t code, std::string& out);
  void append(std::uint16_t code, std::size_t size, std::string& out) const;
  void advance(std::uint16_t code, char first);

  std::array<std::uint16_t, kCodes> prefix_{};
  std::array<std::uint16_t, kCodes> size_{};  ///< of the entries
  std::array<char, kCodes> suffix_{};
  std::uint32_t bits_ = 0;
  unsigned count_ = 0;  ///< of bits_
  unsigned width_ = 9;
  std::uint16_t top_ = 257;
  std::uint16_t known_ = 258;  ///< entries below are set
  std::uint16_t last_ = kNone;
  std::size_t room_;
  bool ended_ = false;
};

/// Decompresses the whole input to at most `limit` bytes; fails also where the end code is missing.
Result<std::string> lzwDecode(std::string_view bytes, std::size_t limit);

/// Compresses to the same bytes as peers do.
std::string lzwEncode(std::string_view bytes);

}  // namespace sse::gossip
