#include "discovery/gossip/options.h"

#include <algorithm>
#include <utility>

#include "sse/config.h"

namespace sse::gossip {
namespace {

constexpr std::size_t kLongestLabel = 255;

/// Reads one address; complains into `errors`.
std::string addressOf(const Settings& settings, const char* key, std::string& errors) {
  const auto text = settings.string(key);
  auto bytes = addressBytes(text);
  if (!text.empty() && bytes.empty()) {
    errors += std::string("\n") + key + ": expected a numeric address, got \"" + text + "\"";
  }
  const bool is_any = std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
  return is_any ? std::string() : bytes;
}

}  // namespace

Result<Options> Options::parse(std::string_view settings_json) {
  const Settings settings(settings_json);
  Options made;
  std::string errors;
  if (settings.has("gossip.port")) made.port = static_cast<std::uint16_t>(settings.integer("gossip.port"));
  made.bind = addressOf(settings, "gossip.bind", errors);
  made.advertise = addressOf(settings, "gossip.advertise", errors);
  for (const auto& entry : settings.list("gossip.hosts")) {
    auto host = parseHost(entry);
    if (!host.ok()) {
      errors += "\n" + host.error().text;
    } else if (std::find(made.hosts.begin(), made.hosts.end(), *host) == made.hosts.end()) {
      made.hosts.push_back(std::move(*host));
    }
  }
  made.intervals = *intervalsNamed(settings.string("gossip.intervals"));
  made.wire.compress = settings.boolean("gossip.compression");
  made.wire.label = settings.string("gossip.label");
  if (made.wire.label.size() > kLongestLabel) errors += "\ngossip.label: expected at most 255 bytes";
  auto keys = KeyRing::parse(settings.string("gossip.secret_key"));
  if (keys.ok()) made.wire.keys = std::move(*keys);
  if (!keys.ok()) errors += "\ngossip.secret_key: " + keys.error().text;
  if (!errors.empty()) return Error{Code::InvalidArgument, errors.substr(1)};
  return made;
}

}  // namespace sse::gossip
