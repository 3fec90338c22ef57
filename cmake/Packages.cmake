# With SSE_PACKAGES: what `cpack` makes. Of a build with linked-in plugins, a tarball that holds every library but
# glibc's; of any other, the Debian packages sse-cluster and sse-cluster-dev.
if(NOT SSE_PACKAGES)
  return()
endif()

set(CPACK_PACKAGE_NAME sse-cluster)
set(CPACK_PACKAGE_VENDOR "sse-cluster contributors")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "broker for Server-Sent Events")
set(CPACK_STRIP_FILES ON)
set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR}/packages)
set(CPACK_COMPONENTS_ALL runtime)
set(CPACK_VERBATIM_VARIABLES ON)

if(SSE_STATIC_PLUGINS)
  include(Tarball)
else()
  include(DebianPackages)
endif()
include(CPack)
