# sse-cluster (component runtime) and sse-cluster-dev (component dev). The preset `package` sets the prefix /usr.
set(SSE_MAINTAINER "sse-cluster contributors <sse-cluster@localhost>" CACHE STRING "maintainer of Debian packages")
set(SSE_DEB_RELEASE 1 CACHE STRING "what follows the version of Debian packages")
set(SSE_DEB_VERSION ${PROJECT_VERSION}-${SSE_DEB_RELEASE})
set(made ${CMAKE_BINARY_DIR}/packaging)

# SOURCE_DATE_EPOCH, where it is set, is the time.
string(TIMESTAMP SSE_CHANGELOG_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(READ ${CMAKE_SOURCE_DIR}/LICENSE licence)
string(REGEX REPLACE "^.*\n(Permission is)" "\\1" licence "${licence}")
string(STRIP "${licence}" licence)
string(REPLACE "\n\n" "\n.\n" licence "${licence}")
string(REPLACE "\n" "\n " SSE_LICENCE_TEXT " ${licence}")
set(SSE_SERVICE_BINARY ${CMAKE_INSTALL_FULL_BINDIR}/sse-cluster)
set(SSE_SERVICE_CONFIG /etc/sse-cluster/config.json)
configure_file(packaging/sse-cluster.service.in ${made}/sse-cluster.service @ONLY)
configure_file(packaging/deb/copyright ${made}/copyright @ONLY)
configure_file(packaging/deb/changelog.in ${made}/changelog.Debian @ONLY)
file(COPY_FILE CHANGELOG.md ${made}/changelog)
file(COPY_FILE packaging/sse-plugin-check.1 ${made}/sse-plugin-check.1)
foreach(text changelog changelog.Debian sse-plugin-check.1)
  execute_process(COMMAND gzip -9nf ${made}/${text} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

install(FILES ${made}/sse-cluster.service DESTINATION lib/systemd/system COMPONENT runtime)
install(FILES packaging/sse-cluster.sysusers DESTINATION lib/sysusers.d RENAME sse-cluster.conf COMPONENT runtime)
install(FILES ${made}/sse-plugin-check.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT dev)
install(FILES packaging/config.json DESTINATION /etc/sse-cluster COMPONENT runtime)
install(FILES packaging/deb/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME sse-cluster
  COMPONENT runtime)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
foreach(component runtime dev)
  set(package sse-cluster)
  if(component STREQUAL "dev")
    set(package sse-cluster-dev)
  endif()
  install(FILES ${made}/copyright ${made}/changelog.gz ${made}/changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${upper}_FILE_NAME DEB-DEFAULT)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${SSE_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_RELEASE ${SSE_DEB_RELEASE})
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION net)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers, passwd")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "sse-cluster (= ${SSE_DEB_VERSION}), nlohmann-json3-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "g++, cmake")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
  "Publishers post events over HTTP; browsers and services subscribe with the
standard EventSource; nodes find each other and carry the events between
them, so that a subscriber may be connected to any of them.")
set(CPACK_COMPONENT_DEV_DESCRIPTION
  "Publishers post events over HTTP; browsers and services subscribe.

This package has headers, CMake package, conformance suite and an example,
 to build plugins for discovery, transport and access.")
foreach(script postinst prerm postrm conffiles)
  list(APPEND CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/deb/${script})
endforeach()
