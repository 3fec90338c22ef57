#pragma once

#include <span>

#include "sse/descriptor.h"

namespace sse::kernel {

/// The plugins linked into this executable. Empty unless it was built with SSE_STATIC_PLUGINS, which generates another
/// definition (cmake/StaticPlugins.cmake). [any]
std::span<const PluginDescriptor* const> linkedPlugins();

}  // namespace sse::kernel
