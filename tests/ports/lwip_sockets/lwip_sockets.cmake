# SPDX-License-Identifier: MIT
# lwIP with an operating system made of the host's threads, and the port on top of it. Included
# where the sources are there: lwip.cmake says so if they are not.

set(lwip ${MINIMQ_LWIP_SOURCE}/src)
file(GLOB lwip_sources ${lwip}/core/*.c ${lwip}/core/ipv4/*.c ${lwip}/core/ipv6/*.c)
add_library(minimq_test_lwip_sockets STATIC ${lwip_sources} ${lwip}/netif/ethernet.c
  ${lwip}/api/api_lib.c ${lwip}/api/api_msg.c ${lwip}/api/err.c ${lwip}/api/netbuf.c
  ${lwip}/api/sockets.c ${lwip}/api/tcpip.c
  ${CMAKE_CURRENT_LIST_DIR}/host/network.cpp ${CMAKE_CURRENT_LIST_DIR}/host/sys_arch.cpp)
target_include_directories(minimq_test_lwip_sockets SYSTEM PUBLIC
  ${CMAKE_CURRENT_LIST_DIR}/config ${lwip}/include)
target_include_directories(minimq_test_lwip_sockets PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_compile_features(minimq_test_lwip_sockets PRIVATE cxx_std_23)
target_compile_options(minimq_test_lwip_sockets PRIVATE -O0 $<$<COMPILE_LANGUAGE:C>:-w>)
# Most of the time goes into the same headers, so lwIP is compiled as one, without the macros named
# like functions, which its other files would meet.
target_compile_definitions(minimq_test_lwip_sockets PRIVATE
  $<$<COMPILE_LANGUAGE:C>:LWIP_COMPAT_SOCKETS=0>)
set_target_properties(minimq_test_lwip_sockets PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
set_source_files_properties(${lwip}/core/ipv6/ip6_frag.c
  ${CMAKE_CURRENT_LIST_DIR}/host/network.cpp ${CMAKE_CURRENT_LIST_DIR}/host/sys_arch.cpp
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
set(MINIMQ_LWIP_SOCKETS minimq_test_lwip_sockets)
add_subdirectory(${PROJECT_SOURCE_DIR}/ports/lwip_sockets
  ${CMAKE_CURRENT_BINARY_DIR}/ports/lwip-sockets-port)
minimq_compile_together(minimq_lwip_sockets)
minimq_test_folder(lwip_sockets ports/lwip_sockets LIBRARIES minimq::lwip_sockets)

set(test "${MINIMQ_TEST_PREFIX}lwip_sockets.TheProgramInItsReadmeCompiles")
add_test(NAME ${test} COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/docs/snippets.py
  ${CMAKE_CURRENT_BINARY_DIR}/lwip_sockets_snippets ports/lwip_sockets/README.md
  ${CMAKE_CXX_COMPILER} -I${PROJECT_SOURCE_DIR}/ports/lwip_sockets/include
  -isystem ${CMAKE_CURRENT_LIST_DIR}/config -isystem ${lwip}/include)
set_tests_properties(${test} PROPERTIES TIMEOUT 120 LABELS lwip_sockets)

# The port alone, for a microcontroller and as lwIP may also be configured: without IPv6, and
# without the lock that lets other tasks into its core.
find_program(MINIMQ_ARM_COMPILER arm-none-eabi-g++)
if(MINIMQ_ARM_COMPILER AND MINIMQ_HOUSE_TESTS)
  get_target_property(port_sources minimq_lwip_sockets SOURCES)
  list(SORT port_sources)  # The shared sources come first, before lwIP's macros.
  list(TRANSFORM port_sources REPLACE "(.+)" "#include \"\\1\"\n" OUTPUT_VARIABLE port_includes)
  string(JOIN "" port_text ${port_includes})
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/lwip_sockets_port.cpp "${port_text}")
  add_test(NAME "${MINIMQ_TEST_PREFIX}lwip_sockets.CompilesForCortexM4" COMMAND
    ${MINIMQ_ARM_COMPILER} -std=c++23 -mcpu=cortex-m4 -mthumb -fno-exceptions -fno-rtti
      -fno-threadsafe-statics -fsyntax-only -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum
      -Werror -DLWIP_IPV6=0 -DLWIP_TCPIP_CORE_LOCKING=0
      -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/ports/sockets/include
      -I${PROJECT_SOURCE_DIR}/ports/lwip_sockets/include
      -I${PROJECT_SOURCE_DIR}/ports/lwip_sockets
      -isystem ${CMAKE_CURRENT_LIST_DIR}/config -isystem ${lwip}/include
      ${CMAKE_CURRENT_BINARY_DIR}/lwip_sockets_port.cpp)
  set_tests_properties("${MINIMQ_TEST_PREFIX}lwip_sockets.CompilesForCortexM4" PROPERTIES
    TIMEOUT 120 LABELS lwip_sockets)
endif()
