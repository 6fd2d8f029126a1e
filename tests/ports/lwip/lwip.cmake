# SPDX-License-Identifier: MIT
# lwIP for the host, and the port on top of it, for the tests of that port.

file(GLOB lwip_sources ${MINIMQ_LWIP_SOURCE}/src/core/*.c ${MINIMQ_LWIP_SOURCE}/src/core/ipv4/*.c)
if(NOT lwip_sources)
  add_test(NAME "${MINIMQ_TEST_PREFIX}lwip.NoSources" COMMAND ${Python3_EXECUTABLE} -c
    "import sys; print('${MINIMQ_LWIP_SOURCE} is not there: tools/sources.py'); sys.exit(77)")
  set_tests_properties("${MINIMQ_TEST_PREFIX}lwip.NoSources" PROPERTIES
    SKIP_RETURN_CODE 77 LABELS lwip)
  return()
endif()

enable_language(C)
add_library(minimq_test_lwip STATIC ${lwip_sources} ${MINIMQ_LWIP_SOURCE}/src/netif/ethernet.c)
target_include_directories(minimq_test_lwip SYSTEM PUBLIC
  ${CMAKE_CURRENT_LIST_DIR}/config ${MINIMQ_LWIP_SOURCE}/src/include)
target_compile_options(minimq_test_lwip PRIVATE -w)
set(MINIMQ_LWIP minimq_test_lwip)
add_subdirectory(${PROJECT_SOURCE_DIR}/ports/lwip ${CMAKE_CURRENT_BINARY_DIR}/ports/lwip-port)
minimq_test_folder(lwip ports/lwip LIBRARIES minimq::lwip)
