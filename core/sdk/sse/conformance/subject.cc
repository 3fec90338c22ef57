#include "sse/conformance/subject.h"

#include <dlfcn.h>

namespace sse::conformance {

Result<const PluginDescriptor*> openPlugin(const std::string& file) {
  // Without a slash the linker would look in its own folders.
  const auto path = file.find('/') == std::string::npos ? "./" + file : file;
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return Error{Code::NotFound, file + ": expected a library that can be opened, found: " + ::dlerror() +
                                     "; rebuild the plugin on a system like this one, or install what it needs"};
  }
  const void* const symbol = ::dlsym(library, "sse_plugin");
  if (symbol == nullptr) {
    return Error{Code::NotFound, file +
                                     ": expected the exported symbol sse_plugin, found none; define it with "
                                     "SSE_DEFINE_PLUGIN, outside of any namespace"};
  }
  return static_cast<const PluginDescriptor*>(symbol);
}

}  // namespace sse::conformance
