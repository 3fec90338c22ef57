#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace sse {

/// How an option's text is read.
enum class OptionType : std::uint8_t {
  Boolean,   ///< true, false
  Integer,   ///< whole number within [min, max]
  Duration,  ///< number with ms, s, m, h or d ("15s"); in JSON handed to a plugin: milliseconds as a number
  Size,      ///< number with B, KiB, MiB or GiB ("64MiB"); in JSON handed to a plugin: bytes as a number
  String,    ///< any text
  List,      ///< an array of strings in a file, comma-separated elsewhere
};

/// One row of a component's option table. Flag, environment variable, file key, help, JSON Schema and the reference
/// page all derive from it. Rows are constant data: they live as long as the library that holds them.
struct Option {
  const char* key;           ///< dotted, lower case: "relay.timeout"
  OptionType type;           ///<
  const char* default_text;  ///< as it would be written on the command line; nullptr: no value
  const char* help;          ///< one line, lower case, no full stop
  const char* aliases = "";  ///< comma-separated; one in upper case is an environment variable, else a key
  const char* choices = "";  ///< comma-separated legal values of a String or of a List's items; "": any
  std::int64_t min = std::numeric_limits<std::int64_t>::min();  ///< least number (ms, bytes)
  std::int64_t max = std::numeric_limits<std::int64_t>::max();  ///< greatest number (ms, bytes)
  bool secret = false;  ///< never shown; has a twin `<key>_file` that names a file holding the value
  bool reload = false;  ///< a changed value takes effect on SIGHUP
};

}  // namespace sse
