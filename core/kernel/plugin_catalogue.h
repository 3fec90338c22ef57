#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/plugin_library.h"
#include "kernel/static_plugins.h"

namespace sse::kernel {

/// Where plugins come from: those linked in, then `<kind>-<name>.so` in each folder, the first found wins. Immutable.
/// Made by main. [control]
class PluginCatalogue {
 public:
  /// One plugin that could be opened.
  struct Entry {
    Kind kind;
    std::string name;
    std::string file;  ///< "linked in" where it is part of the executable
  };

  explicit PluginCatalogue(std::vector<std::string> folders,
                           std::span<const PluginDescriptor* const> linked = linkedPlugins());

  /// Finds, opens and checks one plugin. Where there is none, the problem lists every path tried and the names there
  /// are.
  [[nodiscard]] OpenedPlugin open(Kind kind, std::string_view name) const;

  /// What `open` would find, by kind and name. Opens nothing.
  [[nodiscard]] std::vector<Entry> available() const;

  [[nodiscard]] const std::vector<std::string>& folders() const { return folders_; }

 private:
  [[nodiscard]] std::string notFound(Kind kind, std::string_view name) const;

  const std::vector<std::string> folders_;
  const std::span<const PluginDescriptor* const> linked_;
};

/// The folders of the installation, or of the build tree, that the running executable belongs to. [any]
std::vector<std::string> defaultPluginFolders();

}  // namespace sse::kernel
