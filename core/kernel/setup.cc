#include "kernel/setup.h"

#include <cstdlib>

#include "api/cors.h"
#include "config/file.h"
#include "kernel/option_tables.h"
#include "net/networks.h"

namespace sse::kernel {
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
