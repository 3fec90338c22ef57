#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sse::jwt {

/// The bytes of unpadded base64url; nothing for any other character, a length no text has, or bits beyond the last byte
/// that are not zero: each value has exactly one text. [any]
std::optional<std::string> decodeBase64Url(std::string_view text);

}  // namespace sse::jwt
