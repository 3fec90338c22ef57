#pragma once

#include <cstdint>
#include <string_view>

namespace sse::http {

enum class MediaType : std::uint8_t {
  None,    ///< the header is missing or empty
  Json,    ///< application/json
  Text,    ///< text/plain
  Ndjson,  ///< application/x-ndjson
  Other,
};

/// What a Content-Type says, its parameters left aside.
[[nodiscard]] MediaType mediaType(std::string_view content_type);

}  // namespace sse::http
