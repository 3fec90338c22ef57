#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sse/result.h"

/// msgpack as memberlist uses it (docs/memberlist.md section 3): maps from field name to value. [any]
namespace sse::gossip {

/// Appends one map to a string. The caller adds as many fields as it announced, in ascending order of their names.
class MapWriter {
 public:
  /// `fields`: fewer than 16.
  MapWriter(std::string& out, std::size_t fields);

  void number(std::string_view name, std::uint64_t value);
  void boolean(std::string_view name, bool value);
  /// Empty text is written as such.
  void text(std::string_view name, std::string_view value);
  /// Empty bytes are written as nil.
  void bytes(std::string_view name, std::string_view value);

 private:
  void raw(std::string_view value);
  void bigEndian(std::uint64_t value, std::size_t size);

  std::string& out_;
};

/// One value of a map. Byte strings point into the bytes that were read.
struct MapValue {
  enum class Kind : std::uint8_t {
    Nil,
    Bool,
    Number,    ///< a whole number, not negative, in whatever form
    Negative,  ///< a whole number below zero; `number` is 0
    Bytes,     ///< raw, str or bin of any size
    Other,     ///< an array, a map, a float, an extension
  };
  Kind kind = Kind::Nil;
  std::uint64_t number = 0;  ///< of Number and Bool
  std::string_view bytes;    ///< of Bytes
};

/// Finds the end of a value of which the bytes arrive in pieces, in time linear in their number.
class ValueScanner {
 public:
  /// Nesting up to which values are followed; deeper ones are an error.
  static constexpr std::size_t kMaxDepth = 16;

  /// `bytes` begins with the value, and with what was given to the calls before. The size of the value, or nothing
  /// where it is not whole yet.
  Result<std::optional<std::size_t>> scan(std::string_view bytes);

  /// Bytes the value has at least, as far as is known.
  [[nodiscard]] std::uint64_t least() const noexcept { return position_; }

 private:
  std::uint64_t position_ = 0;                      ///< of the next value's head
  std::array<std::uint64_t, kMaxDepth> left_{{1}};  ///< values to come, per level
  std::size_t depth_ = 1;                           ///< levels open; 0: the value has ended
};

/// Reads one map field by field; any bytes may come in. What it gives points into them.
class MapReader {
 public:
  struct Field {
    std::string_view name;  ///< empty where the key is no text
    MapValue value;
  };

  /// Fails where `bytes` do not begin with a map. What follows the map is ignored.
  static Result<MapReader> open(std::string_view bytes);

  /// The next field; nothing behind the last one. Fails where the map is cut short or is no msgpack.
  Result<std::optional<Field>> next();

 private:
  MapReader(std::string_view rest, std::uint64_t fields) : rest_(rest), fields_(fields) {}
  Result<MapValue> value();

  std::string_view rest_;
  std::uint64_t fields_;
};

}  // namespace sse::gossip
