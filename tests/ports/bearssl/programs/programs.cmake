# SPDX-License-Identifier: MIT
# Programs that are tests by themselves: what is linked, and what stays in memory.

if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")  # They have a heap, and copies, of their own.
  return()
endif()
set(here ${CMAKE_CURRENT_LIST_DIR})
set(port ${PROJECT_SOURCE_DIR}/ports/bearssl)

add_executable(bearssl_device ${here}/device.cpp)
target_link_libraries(bearssl_device PRIVATE minimq::bearssl)
target_compile_options(bearssl_device PRIVATE -fno-exceptions -fno-rtti)
add_test(NAME "${MINIMQ_TEST_PREFIX}bearssl.DeviceLinksNoHeap"
  COMMAND ${Python3_EXECUTABLE} ${here}/no_heap.py $<TARGET_FILE:bearssl_device>)

# What holds secrets is compiled as a product would compile it; the rest comes from the library.
foreach(optimisation 2 s)
  add_executable(bearssl_secrets_o${optimisation} ${here}/secrets.cpp ${here}/../authority.cpp
    ${here}/../link.cpp ${here}/../tls_server.cpp ${port}/session_store.cpp
    ${port}/tls_handshake.cpp ${port}/tls_transport.cpp ${port}/wipe.cpp)
  target_link_libraries(bearssl_secrets_o${optimisation} PRIVATE
    minimq_test_support minimq::bearssl GTest::gtest)
  target_compile_options(bearssl_secrets_o${optimisation} PRIVATE -O${optimisation})
  add_test(NAME "${MINIMQ_TEST_PREFIX}bearssl.SecretsAreGoneFromMemoryO${optimisation}"
    COMMAND bearssl_secrets_o${optimisation})
endforeach()
