#include "kernel/plugin_catalogue.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "config/hint.h"

namespace sse::kernel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".so";
constexpr const char* kLinkedIn = "linked in";
constexpr std::array kKinds = {Kind::Auth, Kind::Transport, Kind::Discovery};

bool isName(std::string_view name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

std::string fileName(Kind kind, std::string_view name) {
  return std::string(kindName(kind)).append("-").append(name).append(kSuffix);
}

/// Kind and name that a file's name spells, if it is a plugin's.
std::optional<std::pair<Kind, std::string>> parseFileName(std::string_view file) {
  if (!file.ends_with(kSuffix)) return std::nullopt;
  file.remove_suffix(kSuffix.size());
  for (const auto kind : kKinds) {
    const auto prefix = std::string(kindName(kind)) + "-";
    if (file.starts_with(prefix) && isName(file.substr(prefix.size()))) {
      return std::pair(kind, std::string(file.substr(prefix.size())));
    }
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text.append(text.empty() ? "" : ", ").append(part);
  return text;
}

}  // namespace

PluginCatalogue::PluginCatalogue(std::vector<std::string> folders, std::span<const PluginDescriptor* const> linked)
    : folders_(std::move(folders)), linked_(linked) {}

OpenedPlugin PluginCatalogue::open(Kind kind, std::string_view name) const {
  OpenedPlugin opened;
  if (!isName(name)) {
    opened.problems.push_back(
        ownerOf(kind, name) +
        ": expected a plugin's name of lower case letters, digits and dashes; correct the option");
    return opened;
  }
  for (const auto* descriptor : linked_) {
    if (descriptor->kind != kind || name != descriptor->name) continue;
    opened.file = kLinkedIn;
    opened.problems = checkDescriptor(*descriptor, ownerOf(kind, name) + " (linked in)", kind, name);
    if (opened.problems.empty()) opened.descriptor = descriptor;
    return opened;
  }
  for (const auto& folder : folders_) {
    const auto path = fs::path(folder) / fileName(kind, name);
    std::error_code error;
    if (fs::exists(path, error)) return openLibrary(path.string(), kind, name);
  }
  opened.problems.push_back(notFound(kind, name));
  return opened;
}

std::vector<PluginCatalogue::Entry> PluginCatalogue::available() const {
  std::map<std::pair<Kind, std::string>, std::string> found;
  for (const auto* descriptor : linked_) found.try_emplace({descriptor->kind, descriptor->name}, kLinkedIn);
  for (const auto& folder : folders_) {
    std::error_code error;
    for (auto file = fs::directory_iterator(folder, error); !error && file != fs::directory_iterator();
         file.increment(error)) {
      const auto parsed = parseFileName(file->path().filename().string());
      if (parsed) found.try_emplace(*parsed, file->path().string());
    }
  }
  std::vector<Entry> entries;
  entries.reserve(found.size());
  for (const auto& [key, file] : found) entries.push_back({key.first, key.second, file});
  return entries;
}

std::string PluginCatalogue::notFound(Kind kind, std::string_view name) const {
  std::vector<std::string> tried;
  tried.reserve(folders_.size());
  for (const auto& folder : folders_) tried.push_back((fs::path(folder) / fileName(kind, name)).string());
  std::vector<std::string> names;
  for (const auto& entry : available()) {
    if (entry.kind == kind) names.push_back(entry.name);
  }
  std::string text = ownerOf(kind, name) + ": expected a plugin of this name, found none; tried " +
                     (tried.empty() ? "no folder" : joined(tried)) +
                     "; available: " + (names.empty() ? "none" : joined(names));
  if (const auto hint = config::nearest(std::string(name), names); !hint.empty()) {
    text += "; did you mean " + hint + "?";
  } else {
    text += "; correct the option " + std::string(kindName(kind)) + " or plugins.path";
  }
  return text;
}

std::vector<std::string> defaultPluginFolders() {
  std::error_code error;
  const auto executable = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const auto above = executable.parent_path().parent_path();
  return {(above / "lib/sse-cluster/plugins").string(), (above / "plugins").string()};
}

}  // namespace sse::kernel
