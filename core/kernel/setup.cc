#include "kernel/setup.h"

#include <cstdlib>

#include "api/cors.h"
#include "base/utf8.h"
#include "config/file.h"
#include "kernel/option_tables.h"
#include "net/networks.h"

namespace sse::kernel {
namespace {

constexpr std::size_t kMaxName = 255;  // what every discovery and transport carries whole

/// What is wrong with a node's name; empty: nothing.
std::string wrongName(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return std::to_string(name.size()) + " bytes";
  if (!base::validUtf8(name)) return "bytes that are no UTF-8";
  if (base::hasControl(name)) return "a control character";
  return name.front() == ' ' || name.back() == ' ' ? "a space at an end" : "";
}

}  // namespace

config::Input inputOf(const config::CommandLine& line) {
  config::Input input;
  input.file = line.config;
  input.environment = [](const char* name) -> const char* { return std::getenv(name); };
  input.flags = line.flags;
  if (!line.config) return input;
  if (auto text = config::readFile(*line.config)) input.file_text = *std::move(text);
  return input;
}

PluginCatalogue catalogueOf(const config::Input& input) {
  config::Registry registry;
  addCoreTables(registry);
  const auto loaded = config::load(registry, input, config::Unknown::Ignore);
  auto folders = loaded.values.list("plugins.path");
  return PluginCatalogue(folders.empty() ? defaultPluginFolders() : std::move(folders));
}

Setup readSetup(const config::Input& input, const PluginCatalogue& catalogue) {
  config::Registry registry;
  addCoreTables(registry);
  addPluginTables(registry, catalogue);
  auto loaded = config::load(registry, input, config::Unknown::Error);
  for (const auto& problem : api::wrongOrigins(loaded.values.list("http.cors.origins"))) {
    loaded.errors.push_back(std::string(loaded.values.source("http.cors.origins")) + ": " + problem);
  }
  const auto name = loaded.values.has("node.name") ? wrongName(loaded.values.string("node.name")) : "";
  if (!name.empty()) {
    loaded.errors.push_back(std::string(loaded.values.source("node.name")) +
                            ": node.name: expected 1 to 255 bytes of UTF-8 without control characters, and no space at "
                            "an end, got " +
                            name);
  }
  if (const auto proxies = net::Networks::parse(loaded.values.list("http.trusted_proxies")); !proxies) {
    loaded.errors.push_back(std::string(loaded.values.source("http.trusted_proxies")) +
                            ": http.trusted_proxies: " + proxies.error().text);
  }
  return {std::move(loaded.values), std::move(loaded.errors)};
}

PluginChoice choiceOf(const config::Values& values) {
  return {values.list("discovery"), {values.string("transport")}, values.list("auth")};
}

}  // namespace sse::kernel
