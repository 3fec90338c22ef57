#pragma once

#include <string_view>

namespace sse::api {

/// The page of `GET /console`, whole in one text: style and script are in it, nothing else is loaded. Made at build
/// time from the files of core/api/console; constant. It holds no data: what it shows it asks for, by the usual rights.
struct ConsolePage {
  std::string_view html;    ///< UTF-8
  std::string_view policy;  ///< Content-Security-Policy: lets run that style and script, by their hashes, and no other
  std::string_view etag;    ///< with its quotes; another one for another page
};

extern const ConsolePage kConsolePage;

}  // namespace sse::api
