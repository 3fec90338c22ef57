# With SSE_STATIC_PLUGINS: the table of the descriptors that sse_plugin() collected, linked into the executable in place
# of the empty one of core/kernel/static_plugins.cc.
get_property(static_plugins GLOBAL PROPERTY SSE_STATIC_PLUGINS)
if(NOT SSE_STATIC_PLUGINS OR NOT TARGET sse-cluster)
  return()
endif()

set(declarations "")
set(entries "")
foreach(plugin ${static_plugins})
  string(APPEND declarations "extern \"C\" const sse::PluginDescriptor ${plugin};\n")
  string(APPEND entries "    &${plugin},\n")
endforeach()
list(LENGTH static_plugins count)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/static_plugins.cc @ONLY CONTENT
"#include <array>

#include \"kernel/static_plugins.h\"

@declarations@
namespace sse::kernel {

std::span<const PluginDescriptor* const> linkedPlugins() {
  static constexpr std::array<const PluginDescriptor*, @count@> kPlugins = {
@entries@  };
  return kPlugins;
}

}  // namespace sse::kernel
")
target_sources(sse-cluster PRIVATE ${CMAKE_BINARY_DIR}/static_plugins.cc)
target_link_libraries(sse-cluster PRIVATE ${static_plugins})
