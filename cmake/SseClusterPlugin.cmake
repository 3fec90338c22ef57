# sse_cluster_add_plugin(<kind> <name> <source>... [LIBRARIES <target>...]): the plugin library <kind>-<name>.so, as the
# target <kind>-<name>, in <build>/plugins. Put that folder into plugins.path.
function(sse_cluster_add_plugin kind name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  add_library(${kind}-${name} MODULE ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${kind}-${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
  target_link_libraries(${kind}-${name} PRIVATE SseCluster::sdk ${ARG_LIBRARIES})
endfunction()
