# Component runtime: bin/sse-cluster, lib/sse-cluster/plugins/*.so, share/sse-cluster. Component dev:
# bin/sse-plugin-check, lib/libsse_conformance.a, include/sse/**/*.h, the CMake package SseCluster and, as documentation,
# the example plugin.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/SseCluster)

install(DIRECTORY core/sdk/sse DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev FILES_MATCHING PATTERN "*.h")
set_target_properties(sse_sdk PROPERTIES EXPORT_NAME sdk)
set_target_properties(sse_conformance PROPERTIES EXPORT_NAME conformance)
set_target_properties(sse-plugin-check PROPERTIES EXPORT_NAME plugin-check)
install(TARGETS sse_sdk sse_conformance sse-plugin-check EXPORT SseClusterTargets COMPONENT dev)
install(EXPORT SseClusterTargets NAMESPACE SseCluster:: DESTINATION ${package} COMPONENT dev)

configure_package_config_file(cmake/SseClusterConfig.cmake.in ${CMAKE_BINARY_DIR}/SseClusterConfig.cmake
  INSTALL_DESTINATION ${package})
# Before 1.0 the build id must match exactly, and so must the version.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/SseClusterConfigVersion.cmake COMPATIBILITY ExactVersion)
install(FILES
  ${CMAKE_BINARY_DIR}/SseClusterConfig.cmake
  ${CMAKE_BINARY_DIR}/SseClusterConfigVersion.cmake
  cmake/SseClusterPlugin.cmake
  DESTINATION ${package} COMPONENT dev)

install(DIRECTORY config/ DESTINATION ${CMAKE_INSTALL_DATADIR}/sse-cluster/config COMPONENT runtime
  FILES_MATCHING PATTERN "*.json")
# The image is built without the chart.
install(FILES helm/sse-cluster/files/alerts.yaml helm/sse-cluster/files/dashboard.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/sse-cluster/watch COMPONENT runtime OPTIONAL)
install(DIRECTORY plugins/example/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/example COMPONENT dev)
