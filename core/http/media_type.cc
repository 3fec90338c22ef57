#include "http/media_type.h"

#include "http/types.h"

namespace sse::http {

MediaType mediaType(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!type.empty() && is_space(type.back())) type.remove_suffix(1);
  while (!type.empty() && is_space(type.front())) type.remove_prefix(1);
  if (type.empty()) return content_type.empty() ? MediaType::None : MediaType::Other;
  if (sameWithoutCase(type, "application/json")) return MediaType::Json;
  if (sameWithoutCase(type, "text/plain")) return MediaType::Text;
  if (sameWithoutCase(type, "application/x-ndjson")) return MediaType::Ndjson;
  return MediaType::Other;
}

}  // namespace sse::http
