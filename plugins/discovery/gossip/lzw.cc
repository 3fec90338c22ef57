#include "discovery/gossip/lzw.h"

#include <vector>

namespace sse::gossip {

namespace {

constexpr std::uint16_t kClear = 256;
constexpr std::uint16_t kEnd = 257;
constexpr unsigned kMaxWidth = 12;

/// The encoder's codes for prefix and byte: a hash table with as many free places as entries, and more.
class PairTable {
 public:
  static constexpr std::uint32_t kAbsent = 0;

  PairTable() : places_(kPlaces) {}

  void clear() { places_.assign(kPlaces, 0); }

  /// The code of the pair, or kAbsent.
  [[nodiscard]] std::uint32_t find(std::uint32_t pair) const {
    for (auto at = placeOf(pair);; at = (at + 1) % kPlaces) {
      if (places_[at] == 0) return kAbsent;
      if (places_[at] >> kCodeBits == pair) return places_[at] & kCodeMask;
    }
  }

  void add(std::uint32_t pair, std::uint32_t code) {
    auto at = placeOf(pair);
    while (places_[at] != 0) at = (at + 1) % kPlaces;
    places_[at] = pair << kCodeBits | code;
  }

 private:
  static constexpr std::uint32_t kPlaces = 16384;
  static constexpr unsigned kCodeBits = kMaxWidth;
  static constexpr std::uint32_t kCodeMask = (1U << kCodeBits) - 1;

  static std::uint32_t placeOf(std::uint32_t pair) { return pair * 2654435769U >> 18U; }

  std::vector<std::uint32_t> places_;
};

class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) { write(kClear); }

  void add(std::uint8_t byte) {
    if (prefix_ == kNothing) {
      prefix_ = byte;
      return;
    }
    const auto pair = prefix_ << 8U | byte;
    const auto known = table_.find(pair);
    if (known != PairTable::kAbsent) {
      prefix_ = known;
      return;
    }
    write(prefix_);
    if (advance()) table_.add(pair, top_);
    prefix_ = byte;
  }

  void end() {
    if (prefix_ != kNothing) {
      write(prefix_);
      advance();
    }
    write(kEnd);
    if (count_ > 0) out_ += static_cast<char>(bits_ & 0xffU);
  }

 private:
  static constexpr std::uint32_t kNothing = 0xffffffff;

  void write(std::uint32_t code) {
    bits_ |= code << count_;
    count_ += width_;
    for (; count_ >= 8; count_ -= 8, bits_ >>= 8U) out_ += static_cast<char>(bits_ & 0xffU);
  }

  /// One more code is taken. False: the table was full, and is empty now.
  bool advance() {
    ++top_;
    if (top_ == 1U << width_) ++width_;
    if (top_ != 4095) return true;
    write(kClear);
    table_.clear();
    width_ = 9;
    top_ = kEnd;
    return false;
  }

  std::string& out_;
  PairTable table_;
  std::uint32_t prefix_ = kNothing;
  std::uint32_t bits_ = 0;
  unsigned count_ = 0;
  unsigned width_ = 9;
  std::uint32_t top_ = kEnd;
};

Error broken(std::string text) { return {Code::InvalidArgument, "lzw: " + std::move(text)}; }

}  // namespace

void LzwDecoder::clear() {
  width_ = 9;
  top_ = kEnd;
  known_ = kEnd + 1;
  last_ = kNone;
}

Result<void> LzwDecoder::feed(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    if (ended_) return {};
    bits_ |= std::uint32_t{static_cast<std::uint8_t>(c)} << count_;
    count_ += 8;
    if (count_ < width_) continue;
    const auto code = static_cast<std::uint16_t>(bits_ & ((1U << width_) - 1));
    bits_ >>= width_;
    count_ -= width_;
    if (code == kEnd) {
      ended_ = true;
    } else if (code == kClear) {
      clear();
    } else if (auto taken = take(code, out); !taken.ok()) {
      return taken;
    }
  }
  return {};
}

Result<void> LzwDecoder::take(std::uint16_t code, std::string& out) {
  const bool literal = code < kClear;
  const bool repeat = !literal && code >= known_ && code == top_ && last_ != kNone;
  if (!literal && !repeat && code >= known_) return broken("expected a known code, got " + std::to_string(code));
  const auto entry = repeat ? last_ : code;
  const std::size_t size = (entry < kClear ? 1 : size_[entry]) + std::size_t{repeat};
  if (size > room_) return Error{Code::TooLarge, "lzw: expected fewer bytes, got more than the limit"};
  room_ -= size;
  const auto begin = out.size();
  append(entry, size - std::size_t{repeat}, out);
  const char first = out[begin];
  if (repeat) out += first;
  advance(code, first);
  return {};
}

void LzwDecoder::append(std::uint16_t code, std::size_t size, std::string& out) const {
  out.resize(out.size() + size);
  auto at = out.size();
  for (; code >= kClear; code = prefix_[code]) out[--at] = suffix_[code];
  out[--at] = static_cast<char>(code);
}

void LzwDecoder::advance(std::uint16_t code, char first) {
  if (last_ != kNone) {
    prefix_[top_] = last_;
    suffix_[top_] = first;
    size_[top_] = static_cast<std::uint16_t>((last_ < kClear ? 1 : size_[last_]) + 1);
    known_ = top_ + 1;
  }
  last_ = code;
  ++top_;
  if (top_ != 1U << width_) return;
  if (width_ < kMaxWidth) {
    ++width_;
  } else {
    --top_;
    last_ = kNone;
  }
}

Result<std::string> lzwDecode(std::string_view bytes, std::size_t limit) {
  LzwDecoder decoder(limit);
  std::string out;
  if (auto fed = decoder.feed(bytes, out); !fed.ok()) return fed.error();
  if (!decoder.ended()) return broken("expected an end code, got the end of the input");
  return out;
}

std::string lzwEncode(std::string_view bytes) {
  std::string out;
  Encoder encoder(out);
  for (const char c : bytes) encoder.add(static_cast<std::uint8_t>(c));
  encoder.end();
  return out;
}

}  // namespace sse::gossip
