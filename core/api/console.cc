#include "api/console.h"

#include "api/api.h"

namespace sse::api {

void Api::console(Request& request) {
  auto& connection = request.connection;
  if (!node_.console) return connection.problem(404, "path: not served, as console.enabled is false");
  const http::Header headers[] = {{"ETag", kConsolePage.etag},
                                  {"Cache-Control", "no-cache"},
                                  {"Content-Security-Policy", kConsolePage.policy},
                                  {"Cross-Origin-Resource-Policy", "same-origin"},
                                  {"Referrer-Policy", "no-referrer"},
                                  {"X-Content-Type-Options", "nosniff"},
                                  {"X-Frame-Options", "DENY"}};
  // A tag is in quotes, so it is nowhere a part of another one.
  const bool kept = request.head.header("If-None-Match").find(kConsolePage.etag) != std::string_view::npos;
  if (kept) return connection.respond(304, "", "", headers);
  connection.respond(200, "text/html; charset=utf-8", kConsolePage.html, headers);
}

}  // namespace sse::api
