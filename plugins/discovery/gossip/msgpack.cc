#include "discovery/gossip/msgpack.h"

namespace sse::gossip {

namespace {

std::uint8_t byteAt(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

std::uint64_t bigEndianOf(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<std::uint8_t>(c);
  return value;
}

enum class Family : std::uint8_t { Nil, Bool, Unsigned, Signed, Bytes, Array, Map, Opaque, Reserved };

/// How a value begins.
struct Head {
  Family family = Family::Reserved;
  std::uint8_t wide = 0;     ///< bytes behind the first that hold a size or a number
  std::uint8_t extra = 0;    ///< bytes of payload beyond the size
  std::uint8_t inline_ = 0;  ///< the size or number where `wide` is 0
};

Head wideHead(std::uint8_t first) {
  const auto doubled = [first](std::uint8_t base) { return static_cast<std::uint8_t>(1U << (first - base)); };
  if (first == 0xc0) return {Family::Nil, 0, 0, 0};
  if (first == 0xc1) return {};
  if (first <= 0xc3) return {Family::Bool, 0, 0, static_cast<std::uint8_t>(first - 0xc2)};
  if (first <= 0xc6) return {Family::Bytes, doubled(0xc4), 0, 0};
  if (first <= 0xc9) return {Family::Opaque, doubled(0xc7), 1, 0};
  if (first <= 0xcb) return {Family::Opaque, 0, 0, static_cast<std::uint8_t>(first == 0xca ? 4 : 8)};
  if (first <= 0xcf) return {Family::Unsigned, doubled(0xcc), 0, 0};
  if (first <= 0xd3) return {Family::Signed, doubled(0xd0), 0, 0};
  if (first <= 0xd8) return {Family::Opaque, 0, 1, doubled(0xd4)};
  if (first <= 0xdb) return {Family::Bytes, doubled(0xd9), 0, 0};
  if (first <= 0xdd) return {Family::Array, static_cast<std::uint8_t>(doubled(0xdc) * 2), 0, 0};
  return {Family::Map, static_cast<std::uint8_t>(doubled(0xde) * 2), 0, 0};
}

Head headOf(std::uint8_t first) {
  if (first <= 0x7f) return {Family::Unsigned, 0, 0, first};
  if (first <= 0x8f) return {Family::Map, 0, 0, static_cast<std::uint8_t>(first & 0x0fU)};
  if (first <= 0x9f) return {Family::Array, 0, 0, static_cast<std::uint8_t>(first & 0x0fU)};
  if (first <= 0xbf) return {Family::Bytes, 0, 0, static_cast<std::uint8_t>(first & 0x1fU)};
  if (first <= 0xdf) return wideHead(first);
  return {Family::Signed, 0, 0, first};
}

/// A head with its number or size.
struct Token {
  Family family = Family::Reserved;
  std::size_t head = 0;       ///< bytes of the head
  std::uint64_t number = 0;   ///< number, size, or count of entries
  std::uint64_t payload = 0;  ///< bytes behind the head that are no values
  std::uint64_t values = 0;   ///< values behind the head that belong to this one
};

/// Nothing where the head is not whole yet.
std::optional<Token> tokenOf(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto head = headOf(byteAt(bytes, 0));
  if (bytes.size() < std::size_t{1} + head.wide) return std::nullopt;
  Token token;
  token.family = head.family;
  token.head = std::size_t{1} + head.wide;
  token.number = head.wide > 0 ? bigEndianOf(bytes.substr(1, head.wide)) : head.inline_;
  if (head.family == Family::Bytes || head.family == Family::Opaque) token.payload = token.number + head.extra;
  if (head.family == Family::Array) token.values = token.number;
  if (head.family == Family::Map) token.values = token.number * 2;
  return token;
}

/// Whether the number of a Signed token is below zero: its highest bit.
bool isNegative(const Token& token) {
  const auto bits = token.head == 1 ? 8 : 8 * (token.head - 1);
  return (token.number >> (bits - 1) & 1U) != 0;
}

Error broken(const char* found) {
  return {Code::InvalidArgument, std::string("msgpack: expected a whole value, got ") + found};
}

}  // namespace

MapWriter::MapWriter(std::string& out, std::size_t fields) : out_(out) { out_ += static_cast<char>(0x80U | fields); }

void MapWriter::bigEndian(std::uint64_t value, std::size_t size) {
  while (size-- > 0) out_ += static_cast<char>(value >> (8 * size) & 0xffU);
}

void MapWriter::raw(std::string_view value) {
  if (value.size() < 32) {
    out_ += static_cast<char>(0xa0U | value.size());
  } else if (value.size() <= 0xffff) {
    out_ += '\xda';
    bigEndian(value.size(), 2);
  } else {
    out_ += '\xdb';
    bigEndian(value.size(), 4);
  }
  out_ += value;
}

void MapWriter::number(std::string_view name, std::uint64_t value) {
  raw(name);
  if (value <= 0x7f) return bigEndian(value, 1);
  const unsigned power = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffffffff ? 2 : 3;
  out_ += static_cast<char>(0xccU + power);
  bigEndian(value, std::size_t{1} << power);
}

void MapWriter::boolean(std::string_view name, bool value) {
  raw(name);
  out_ += value ? '\xc3' : '\xc2';
}

void MapWriter::text(std::string_view name, std::string_view value) {
  raw(name);
  raw(value);
}

void MapWriter::bytes(std::string_view name, std::string_view value) {
  raw(name);
  if (value.empty()) {
    out_ += '\xc0';
  } else {
    raw(value);
  }
}

Result<std::optional<std::size_t>> ValueScanner::scan(std::string_view bytes) {
  while (depth_ > 0) {
    if (left_[depth_ - 1] == 0) {
      --depth_;
      continue;
    }
    if (position_ >= bytes.size()) return std::optional<std::size_t>();
    const auto token = tokenOf(bytes.substr(position_));
    if (!token) return std::optional<std::size_t>();
    if (token->family == Family::Reserved) return broken("a reserved type");
    if (token->values > 0 && depth_ == kMaxDepth) return broken("too deep a nesting");
    --left_[depth_ - 1];
    position_ += token->head + token->payload;
    if (token->values > 0) left_[depth_++] = token->values;
  }
  if (position_ > bytes.size()) return std::optional<std::size_t>();
  return std::optional<std::size_t>(position_);
}

Result<MapReader> MapReader::open(std::string_view bytes) {
  const auto token = tokenOf(bytes);
  if (!token) return broken("the end");
  if (token->family != Family::Map) return Error{Code::InvalidArgument, "msgpack: expected a map, got another type"};
  return MapReader(bytes.substr(token->head), token->number);
}

Result<MapValue> MapReader::value() {
  ValueScanner scanner;
  const auto size = scanner.scan(rest_);
  if (!size.ok()) return size.error();
  if (!*size) return broken("the end");
  const auto token = *tokenOf(rest_);
  MapValue value;
  switch (token.family) {
    case Family::Nil: value.kind = MapValue::Kind::Nil; break;
    case Family::Bool: value.kind = MapValue::Kind::Bool; break;
    case Family::Unsigned: value.kind = MapValue::Kind::Number; break;
    case Family::Signed: value.kind = isNegative(token) ? MapValue::Kind::Negative : MapValue::Kind::Number; break;
    case Family::Bytes: value.kind = MapValue::Kind::Bytes; break;
    default: value.kind = MapValue::Kind::Other;
  }
  if (value.kind == MapValue::Kind::Number || value.kind == MapValue::Kind::Bool) value.number = token.number;
  if (value.kind == MapValue::Kind::Bytes) value.bytes = rest_.substr(token.head, token.payload);
  rest_.remove_prefix(**size);
  return value;
}

Result<std::optional<MapReader::Field>> MapReader::next() {
  if (fields_ == 0) return std::optional<Field>();
  --fields_;
  auto key = value();
  if (!key.ok()) return key.error();
  auto content = value();
  if (!content.ok()) return content.error();
  return std::optional<Field>(Field{key->bytes, *content});
}

}  // namespace sse::gossip
