#pragma once

#include <optional>
#include <string_view>

#include "sse/auth.h"

namespace sse::jwt {

/// The token of a request: of `Authorization: Bearer`, else of the query, else of the cookie. Nothing where there is
/// none or it cannot be one of this plugin's, which all have a dot. Views as of the request. [any]
std::optional<std::string_view> tokenOf(const AuthRequest& request, std::string_view cookie);

}  // namespace sse::jwt
