# A folder that runs wherever it is unpacked, with glibc alone: the executable with all plugins, the libraries it needs
# and their licences, and a unit for /opt/sse-cluster.
set(libraries lib/sse-cluster/runtime)
set_target_properties(sse-cluster PROPERTIES INSTALL_RPATH "$ORIGIN/../${libraries}")
# The older tag, since those libraries look for each other there as well.
target_link_options(sse-cluster PRIVATE -Wl,--disable-new-dtags)
install(IMPORTED_RUNTIME_ARTIFACTS sse-cluster RUNTIME_DEPENDENCY_SET bundle RUNTIME DESTINATION bin COMPONENT unused)
install(RUNTIME_DEPENDENCY_SET bundle
  PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv)\\.so"
  LIBRARY DESTINATION ${libraries} COMPONENT runtime)
install(CODE "set(libraries \"${libraries}\")\nset(architecture \"${CMAKE_LIBRARY_ARCHITECTURE}\")" COMPONENT runtime)
install(SCRIPT ${CMAKE_SOURCE_DIR}/cmake/Licences.cmake COMPONENT runtime)

set(SSE_SERVICE_BINARY /opt/sse-cluster/bin/sse-cluster)
set(SSE_SERVICE_CONFIG /etc/sse-cluster/config.json)
configure_file(packaging/sse-cluster.service.in ${CMAKE_BINARY_DIR}/packaging/sse-cluster.service @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/packaging/sse-cluster.service DESTINATION lib/systemd/system COMPONENT runtime)
install(FILES packaging/sse-cluster.sysusers DESTINATION lib/sysusers.d RENAME sse-cluster.conf COMPONENT runtime)
install(FILES packaging/config.json DESTINATION etc/sse-cluster COMPONENT runtime)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION . COMPONENT runtime)

set(CPACK_GENERATOR TGZ)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
set(CPACK_PACKAGE_FILE_NAME sse-cluster-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_ARCHIVE_FILE_NAME ${CPACK_PACKAGE_FILE_NAME})
