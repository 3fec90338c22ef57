#include "kernel/plugin_library.h"

#include <exception>
#include <memory>
#include <utility>

#include <boost/dll/shared_library.hpp>

namespace sse::kernel {
namespace {

using boost::dll::shared_library;

constexpr const char* kSymbol = "sse_plugin";

/// Holds a library open for good: code of it may still be referred to from anywhere.
const shared_library& keep(shared_library library) {
  static auto* const kept = new std::vector<std::unique_ptr<shared_library>>;
  return *kept->emplace_back(std::make_unique<shared_library>(std::move(library)));
}

/// The linker's own words, without what Boost puts around them.
std::string linkerText(const std::exception& error) {
  constexpr std::string_view kBefore = "dlerror system message: ";
  std::string text = error.what();
  const auto begin = text.find(kBefore);
  const auto end = text.rfind("): ");
  if (begin == std::string::npos || end == std::string::npos) return text;
  return text.substr(begin + kBefore.size(), end - begin - kBefore.size());
}

}  // namespace

OpenedPlugin openLibrary(const std::string& file, Kind kind, std::string_view name) {
  OpenedPlugin opened;
  opened.file = file;
  try {
    const auto& library =
        keep(shared_library(file, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local));
    if (!library.has(kSymbol)) {
      opened.problems.push_back(file + ": expected the exported symbol " + kSymbol +
                                ", found none; define it with SSE_DEFINE_PLUGIN, outside of any namespace");
      return opened;
    }
    const auto& descriptor = library.get<const PluginDescriptor>(kSymbol);
    opened.problems = checkDescriptor(descriptor, file, kind, name);
    if (opened.problems.empty()) opened.descriptor = &descriptor;
  } catch (const std::exception& error) {
    opened.problems.push_back(file + ": expected a library that can be opened, found: " + linkerText(error) +
                              "; rebuild the plugin on a system like this one, or install what it needs");
  }
  return opened;
}

}  // namespace sse::kernel
