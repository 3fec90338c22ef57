#include "channel/client_id.h"

#include <charconv>

#include "base/tag.h"

namespace sse::channel {

std::string generatedClient(const Tag& tag, std::uint32_t loop, std::uint32_t slot, std::uint32_t generation) {
  std::string id(text(tag));
  for (const std::uint32_t part : {loop, slot, generation}) {
    id += '.';
    id += std::to_string(part);
  }
  return id;
}

std::uint32_t hashOfClient(std::string_view client) { return static_cast<std::uint32_t>(base::hashName(client)); }

std::optional<StreamPlace> parseGenerated(std::string_view client) {
  const auto tag = base::parseTag(client.substr(0, Tag().size()));
  if (!tag) return std::nullopt;
  client.remove_prefix(tag->size());
  StreamPlace place{.tag = *tag};
  for (std::uint32_t* part : {&place.loop, &place.slot, &place.generation}) {
    if (!client.starts_with('.')) return std::nullopt;
    client.remove_prefix(1);
    const auto [end, error] = std::from_chars(client.data(), client.data() + client.size(), *part);
    if (error != std::errc()) return std::nullopt;
    client.remove_prefix(static_cast<std::size_t>(end - client.data()));
  }
  if (!client.empty()) return std::nullopt;
  return place;
}

bool isGeneratedClient(std::string_view client) { return parseGenerated(client).has_value(); }

}  // namespace sse::channel
