#include "kernel/setup.h"

#include <cstdlib>

#include "kernel/option_tables.h"

namespace sse::kernel {
namespace {

config::Input inputOf(const config::CommandLine& line) {
  return {line.config, [](const char* name) -> const char* { return std::getenv(name); }, line.flags};
}

}  // namespace

PluginCatalogue catalogueOf(const config::CommandLine& line) {
  config::Registry registry;
  addCoreTables(registry);
  const auto loaded = config::load(registry, inputOf(line), config::Unknown::Ignore);
  auto folders = loaded.values.list("plugins.path");
  return PluginCatalogue(folders.empty() ? defaultPluginFolders() : std::move(folders));
}

Setup readSetup(const config::CommandLine& line, const PluginCatalogue& catalogue) {
  config::Registry registry;
  addCoreTables(registry);
  addPluginTables(registry, catalogue);
  auto loaded = config::load(registry, inputOf(line), config::Unknown::Error);
  return {std::move(loaded.values), std::move(loaded.errors)};
}

PluginChoice choiceOf(const config::Values& values) {
  return {values.list("discovery"), {values.string("transport")}, values.list("auth")};
}

}  // namespace sse::kernel
