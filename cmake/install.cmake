# SPDX-License-Identifier: MIT
# Installs sources, not binaries: share/minimq is the part of this tree that a user compiles.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(destination ${CMAKE_INSTALL_DATADIR}/minimq)
install(DIRECTORY include src ports DESTINATION ${destination})
install(FILES LICENSE DESTINATION ${destination})

write_basic_package_version_file(${PROJECT_BINARY_DIR}/minimqConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES cmake/minimq.cmake cmake/minimqConfig.cmake
  ${PROJECT_BINARY_DIR}/minimqConfigVersion.cmake DESTINATION ${destination}/cmake)
