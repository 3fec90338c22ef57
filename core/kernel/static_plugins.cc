#include "kernel/static_plugins.h"

namespace sse::kernel {

// Weak: the generated table takes its place.
__attribute__((weak)) std::span<const PluginDescriptor* const> linkedPlugins() { return {}; }

}  // namespace sse::kernel
