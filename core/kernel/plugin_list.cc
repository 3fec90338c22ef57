#include "kernel/plugin_list.h"

#include <algorithm>
#include <array>
#include <vector>

#include "config/describe.h"
#include "config/registry.h"

namespace sse::kernel {
namespace {

using Line = std::array<std::string, 5>;

/// Columns as wide as their widest cell, two spaces between them.
std::string table(const std::vector<Line>& lines) {
  std::array<std::size_t, std::tuple_size_v<Line>> widths{};
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths.at(i) = std::max(widths.at(i), line.at(i).size());
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      text.append(line.at(i)).append(widths.at(i) + 2 - line.at(i).size(), ' ');
    }
    text.append(line.back()).append("\n");
  }
  return text;
}

bool isCalled(const PluginCatalogue::Entry& entry, std::string_view name) {
  const auto owner = ownerOf(entry.kind, entry.name);
  auto dashed = owner;
  std::replace(dashed.begin(), dashed.end(), '/', '-');
  return name == entry.name || name == owner || name == dashed;
}

std::string describe(const OpenedPlugin& opened) {
  const auto& plugin = *opened.descriptor;
  const auto owner = ownerOf(plugin.kind, plugin.name);
  std::string text = owner + " " + plugin.version + ": " + plugin.summary + "\n" + opened.file + "\n";
  if (plugin.option_count == 0) return text + "\nIt has no options.\n";
  config::Registry registry;
  registry.add(owner, {plugin.options, plugin.option_count});
  return text + "\n" + config::describeText(registry);
}

}  // namespace

std::string listPlugins(const PluginCatalogue& catalogue) {
  std::vector<Line> lines{{"KIND", "NAME", "VERSION", "FILE", "SUMMARY"}};
  std::string problems;
  for (const auto& entry : catalogue.available()) {
    const auto opened = catalogue.open(entry.kind, entry.name);
    for (const auto& problem : opened.problems) problems.append("cannot be loaded: ").append(problem).append("\n");
    if (opened.descriptor == nullptr) continue;
    lines.push_back(
        {kindName(entry.kind), entry.name, opened.descriptor->version, opened.file, opened.descriptor->summary});
  }
  std::string text = table(lines) + problems + "folders:";
  for (const auto& folder : catalogue.folders()) text.append(" ").append(folder);
  return text + (catalogue.folders().empty() ? " none\n" : "\n");
}

Result<std::string> describePlugin(const PluginCatalogue& catalogue, std::string_view name) {
  std::string text;
  std::string names;
  for (const auto& entry : catalogue.available()) {
    names.append(names.empty() ? "" : ", ").append(ownerOf(entry.kind, entry.name));
    if (!isCalled(entry, name)) continue;
    const auto opened = catalogue.open(entry.kind, entry.name);
    if (opened.descriptor == nullptr) return Error{Code::InvalidArgument, opened.problems.front()};
    text.append(text.empty() ? "" : "\n").append(describe(opened));
  }
  if (!text.empty()) return text;
  return Error{Code::NotFound, "plugin " + std::string(name) + ": expected one of " + (names.empty() ? "none" : names) +
                                   "; see plugins.path"};
}

}  // namespace sse::kernel
