# The manual page, written by the program itself. Sanitized builds make none: their programs do not run everywhere.
if(SSE_SANITIZE OR NOT TARGET sse-cluster)
  return()
endif()
get_property(plugins GLOBAL PROPERTY SSE_PLUGINS)
set(manual ${CMAKE_BINARY_DIR}/sse-cluster.1)
add_custom_command(OUTPUT ${manual} ${manual}.gz
  COMMAND $<TARGET_FILE:sse-cluster> options --format man --plugins.path ${CMAKE_BINARY_DIR}/plugins > ${manual}
  COMMAND gzip -9nc ${manual} > ${manual}.gz
  DEPENDS sse-cluster ${plugins} VERBATIM)
add_custom_target(manual ALL DEPENDS ${manual}.gz)
install(FILES ${manual}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
