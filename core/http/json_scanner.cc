#include "http/json_scanner.h"

#include <bit>
#include <charconv>
#include <cstring>

#include "base/utf8.h"
#include "http/types.h"

namespace sse::http {
namespace {

/// A bit in every byte of `word` that ends a run of plain string characters: quote, backslash, control, not ASCII.
/// Exact up to the first such byte, which is all that is asked.
std::uint64_t specialBytes(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  const auto zero = [](std::uint64_t w) { return (w - kOnes) & ~w; };
  const auto control = (word - kOnes * 0x20) & ~word;
  return (zero(word ^ (kOnes * '"')) | zero(word ^ (kOnes * '\\')) | control | word) & kHighs;
}

/// Walks over JSON text, one method per rule of the grammar; each returns false at the first fault and leaves `at_`
/// there. Keeps nothing but its place.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  bool value(std::size_t depth);

  /// `each(key)` has to scan the value; `key` is the raw text between the quotes.
  template <typename Each>
  bool object(std::size_t depth, Each each);

  void skipSpace() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }
  /// Nothing but white space is left.
  bool ended() {
    skipSpace();
    return at_ == end_ || fault("nothing after the value");
  }
  [[nodiscard]] const char* at() const { return at_; }
  /// The first fault, as text: what was expected where.
  [[nodiscard]] std::string faultText() const {
    return "body: byte " + std::to_string(at_ - begin_) + ": expected " + (expected_ ? expected_ : "a JSON value");
  }

 private:
  bool fault(const char* expected) {
    if (expected_ == nullptr) expected_ = expected;
    return false;
  }
  [[nodiscard]] bool isNext(char c) const { return at_ != end_ && *at_ == c; }
  bool take(char c) { return isNext(c) ? (++at_, true) : false; }
  [[nodiscard]] bool isDigitNext() const { return at_ != end_ && *at_ >= '0' && *at_ <= '9'; }
  bool digits();
  bool number();
  bool word(std::string_view text);
  bool string();
  bool escape();
  bool array(std::size_t depth);

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* expected_ = nullptr;
};

bool Scanner::value(std::size_t depth) {
  if (at_ == end_) return fault("a JSON value, got the end");
  switch (*at_) {
    case '{': return object(depth, [this, depth](std::string_view) { return value(depth + 1); });
    case '[': return array(depth);
    case '"': return string();
    case 't': return word("true");
    case 'f': return word("false");
    case 'n': return word("null");
    default: return number();
  }
}

template <typename Each>
bool Scanner::object(std::size_t depth, Each each) {
  if (!isNext('{')) return fault("an object");
  if (depth > kMaxJsonDepth) return fault("at most 64 levels of nesting");
  ++at_;
  skipSpace();
  if (take('}')) return true;
  for (;;) {
    const char* const quote = at_;
    if (!isNext('"')) return fault("a member's name in quotes");
    if (!string()) return false;
    const std::string_view key(quote + 1, static_cast<std::size_t>(at_ - quote) - 2);
    skipSpace();
    if (!take(':')) return fault("a colon");
    skipSpace();
    if (!each(key)) return false;
    skipSpace();
    if (take('}')) return true;
    if (!take(',')) return fault("a comma or the end of the object");
    skipSpace();
  }
}

bool Scanner::array(std::size_t depth) {
  if (depth > kMaxJsonDepth) return fault("at most 64 levels of nesting");
  ++at_;
  skipSpace();
  if (take(']')) return true;
  for (;;) {
    if (!value(depth + 1)) return false;
    skipSpace();
    if (take(']')) return true;
    if (!take(',')) return fault("a comma or the end of the array");
    skipSpace();
  }
}

bool Scanner::word(std::string_view text) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(text)) return fault("a JSON value");
  at_ += text.size();
  return true;
}

bool Scanner::digits() {
  if (!isDigitNext()) return fault("a JSON value, or a digit of one");
  while (isDigitNext()) ++at_;
  return true;
}

bool Scanner::number() {
  take('-');
  if (!take('0') && !digits()) return false;
  if (take('.') && !digits()) return false;
  if (!take('e') && !take('E')) return true;
  if (!take('+')) take('-');
  return digits();
}

bool Scanner::string() {
  ++at_;
  for (;;) {
    while (end_ - at_ >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at_, sizeof word);
      const auto special = specialBytes(word);
      if constexpr (std::endian::native == std::endian::little) {
        at_ += std::countr_zero(special) / 8;  // all 8 where there is none
        if (special != 0) break;
      } else {
        if (special != 0) break;
        at_ += 8;
      }
    }
    if (at_ == end_) return fault("the end of a string");
    const auto byte = static_cast<unsigned char>(*at_);
    if (byte == '"') return ++at_, true;
    if (byte == '\\') {
      if (!escape()) return false;
    } else if (byte < 0x20) {
      return fault("no control character in a string");
    } else if (byte < 0x80) {
      ++at_;
    } else {
      const auto length = base::utf8Character({at_, static_cast<std::size_t>(end_ - at_)});
      if (length == 0) return fault("UTF-8");
      at_ += length;
    }
  }
}

bool Scanner::escape() {
  ++at_;
  if (at_ == end_) return fault("the end of a string");
  const char kind = *at_;
  if (kind != 'u') {
    if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos) return fault("an escape of JSON");
    ++at_;
    return true;
  }
  ++at_;
  for (int i = 0; i < 4; ++i, ++at_) {
    if (at_ == end_ || hexDigit(*at_) < 0) return fault("four hexadecimal digits");
  }
  return true;
}

char32_t unit(std::string_view digits) {
  char32_t code = 0;
  for (const char c : digits) code = code * 16 + static_cast<char32_t>(hexDigit(c));
  return code;
}

/// Appends the character of the `\u` escape that `rest` begins with, which was scanned before, and moves on. False for
/// half a surrogate pair.
bool appendUnicode(std::string_view& rest, std::string& out) {
  auto code = unit(rest.substr(2, 4));
  rest.remove_prefix(6);
  if (code >= 0xD800 && code < 0xE000) {
    const bool paired = code < 0xDC00 && rest.size() >= 6 && rest.starts_with("\\u");
    const auto low = paired ? unit(rest.substr(2, 4)) : 0;
    if (low < 0xDC00 || low >= 0xE000) return false;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    rest.remove_prefix(6);
  }
  base::appendUtf8(out, code);
  return true;
}

/// A string's text from what stood between its quotes, which was scanned before; none with half a surrogate pair in it.
std::optional<std::string> decodeString(std::string_view rest) {
  std::string out;
  while (!rest.empty()) {
    const auto run = rest.substr(0, rest.find('\\'));
    out += run;
    rest.remove_prefix(run.size());
    if (rest.empty()) break;
    if (rest[1] == 'u') {
      if (!appendUnicode(rest, out)) return std::nullopt;
      continue;
    }
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    out += kMeanings[kLetters.find(rest[1])];
    rest.remove_prefix(2);
  }
  return out;
}

constexpr std::string_view kMembers[] = {"data", "id", "event", "channel", "retry", "been_to"};
enum Member : std::size_t { kData, kId, kEvent, kChannel, kRetry, kBeenTo, kUnknown };

Member memberOf(std::string_view raw_key) {
  std::optional<std::string> decoded;
  if (raw_key.find('\\') != std::string_view::npos) {
    decoded = decodeString(raw_key);
    if (!decoded) return kUnknown;
    raw_key = *decoded;
  }
  std::size_t member = 0;
  while (member < kUnknown && kMembers[member] != raw_key) ++member;
  return static_cast<Member>(member);
}

Error memberError(Member member, std::string_view detail) {
  return {Code::InvalidArgument, "body: " + std::string(kMembers[member]) + ": " + std::string(detail)};
}

Result<void> setText(Member member, std::string_view json, std::optional<std::string>& into) {
  if (json.front() != '"') return memberError(member, "expected a string");
  into = decodeString(json.substr(1, json.size() - 2));
  if (!into) return memberError(member, "expected text, got half a surrogate pair");
  return {};
}

Result<void> setRetry(std::string_view json, std::optional<std::uint64_t>& into) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 53;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (error != std::errc() || end != json.data() + json.size() || number > kMost) {
    return memberError(kRetry, "expected a whole number of milliseconds, 0 to 2^53");
  }
  into = number;
  return {};
}

Result<void> setMember(Member member, std::string_view json, PublishBody& into) {
  if (json == "null" && member != kData) return {};
  switch (member) {
    case kData: into.data = json; break;
    case kId: return setText(member, json, into.id);
    case kEvent: return setText(member, json, into.event);
    case kChannel: return setText(member, json, into.channel);
    case kRetry: return setRetry(json, into.retry_ms);
    case kBeenTo:
      into.has_been_to = true;
      into.been_to_span = json;
      break;
    case kUnknown: break;
  }
  return {};
}

}  // namespace

bool validJson(std::string_view text) {
  Scanner scanner(text);
  scanner.skipSpace();
  return scanner.value(1) && scanner.ended();
}

Result<PublishBody> scanPublish(std::string_view json) {
  PublishBody body;
  Result<void> outcome;
  unsigned seen = 0;
  Scanner scanner(json);
  scanner.skipSpace();
  const auto each = [&](std::string_view key) {
    const auto member = memberOf(key);
    const char* const begin = scanner.at();
    if (!scanner.value(2)) return false;
    if (member == kUnknown) return true;
    const auto bit = 1U << member;
    outcome = (seen & bit) != 0 ? Result<void>(memberError(member, "expected once, got a second"))
                                : setMember(member, {begin, static_cast<std::size_t>(scanner.at() - begin)}, body);
    seen |= bit;
    return outcome.ok();
  };
  const bool scanned = scanner.object(1, each) && scanner.ended();
  if (!outcome) return std::move(outcome).error();
  if (!scanned) return Error{Code::InvalidArgument, scanner.faultText()};
  if (!body.data && !body.retry_ms) return Error{Code::InvalidArgument, "body: expected data or retry, got neither"};
  return body;
}

}  // namespace sse::http
