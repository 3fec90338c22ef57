# A room is a folder, a target and a namespace of one name: core/<room>, sse_<room>, sse::<room>.

# sse_find_library(<variable> <name>): the library, with SSE_STATIC_PLUGINS its archive where there is one.
function(sse_find_library variable name)
  if(SSE_STATIC_PLUGINS)
    find_library(${variable} NAMES lib${name}.a ${name} REQUIRED)
  else()
    find_library(${variable} ${name} REQUIRED)
  endif()
endfunction()

# sse_room(<room> [ROOMS <room>...] [LIBRARIES <target>...]): a core room from all its *.cc.
function(sse_room room)
  cmake_parse_arguments(ARG "" "" "ROOMS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  add_library(sse_${room} STATIC ${sources})
  target_include_directories(sse_${room} PUBLIC ${CMAKE_SOURCE_DIR}/core)
  target_link_libraries(sse_${room} PUBLIC sse_sdk)
  foreach(other ${ARG_ROOMS})
    target_link_libraries(sse_${room} PUBLIC sse_${other})
  endforeach()
  target_link_libraries(sse_${room} PUBLIC ${ARG_LIBRARIES})
endfunction()

# sse_plugin(<kind> <name> [LIBRARIES <target>...]): the library <kind>-<name>.so from all *.cc of the folder, or, with
# SSE_STATIC_PLUGINS, a part of the executable. Its code without plugin.cc is also a library that tests link.
function(sse_plugin kind name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  set(behaviour sse_plugin_${kind}_${name}_code)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/plugin.cc)
  if(sources)
    add_library(${behaviour} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${behaviour} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${behaviour} ${scope} ${CMAKE_SOURCE_DIR}/plugins)
  target_link_libraries(${behaviour} ${scope} sse_sdk ${ARG_LIBRARIES})

  if(SSE_STATIC_PLUGINS)
    add_library(sse_plugin_${kind}_${name} OBJECT plugin.cc)
    target_compile_definitions(sse_plugin_${kind}_${name} PRIVATE SSE_PLUGIN_SYMBOL=sse_plugin_${kind}_${name})
    set_property(GLOBAL APPEND PROPERTY SSE_STATIC_PLUGINS sse_plugin_${kind}_${name})
    target_link_libraries(sse_plugin_${kind}_${name} PUBLIC ${behaviour})
  else()
    add_library(sse_plugin_${kind}_${name} MODULE plugin.cc)
    set_target_properties(sse_plugin_${kind}_${name} PROPERTIES
      PREFIX "" OUTPUT_NAME ${kind}-${name}
      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
    target_link_libraries(sse_plugin_${kind}_${name} PRIVATE ${behaviour})
    install(TARGETS sse_plugin_${kind}_${name} LIBRARY DESTINATION lib/sse-cluster/plugins COMPONENT runtime)
    set_property(GLOBAL APPEND PROPERTY SSE_PLUGINS sse_plugin_${kind}_${name})
  endif()
endfunction()

# sse_tests(<name> <folder> LIBRARIES <target>...): one doctest program from all *.cc of a folder, one ctest entry.
function(sse_tests name folder)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources} ${CMAKE_SOURCE_DIR}/tests/support/doctest_main.cc)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${ARG_LIBRARIES} sse_conformance doctest::doctest Threads::Threads)
  target_compile_definitions(test_${name} PRIVATE
    SSE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" SSE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND test_${name})
endfunction()
