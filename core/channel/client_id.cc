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

bool isGeneratedClient(std::string_view client) {
  const auto tag = base::parseTag(client.substr(0, Tag().size()));
  if (!tag) return false;
  client.remove_prefix(tag->size());
  int parts = 0;
  for (; client.starts_with('.'); ++parts) {
    client.remove_prefix(1);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(client.data(), client.data() + client.size(), number);
    if (error != std::errc()) return false;
    client.remove_prefix(static_cast<std::size_t>(end - client.data()));
  }
  return parts == 3 && client.empty();
}

}  // namespace sse::channel
