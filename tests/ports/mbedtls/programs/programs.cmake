# SPDX-License-Identifier: MIT
# Secrets are looked for in memory with the port compiled as products compile it.

if(CMAKE_CXX_FLAGS MATCHES "-fsanitize" OR NOT TARGET minimq::mbedtls)
  return()  # Sanitizers have copies of their own.
endif()
set(port ${PROJECT_SOURCE_DIR}/ports/mbedtls)
add_library(mbedtls_secrets OBJECT ${CMAKE_CURRENT_LIST_DIR}/secrets.cpp)
target_link_libraries(mbedtls_secrets PRIVATE
  minimq_test_support minimq::mbedtls minimq_tls_files GTest::gmock_main)
target_compile_options(mbedtls_secrets PRIVATE -O0)
target_precompile_headers(mbedtls_secrets REUSE_FROM minimq_test_headers)
foreach(optimisation 2 s)
  set(name mbedtls_secrets_o${optimisation})
  # What holds secrets; the rest comes from the library.
  add_executable(${name} $<TARGET_OBJECTS:mbedtls_secrets>
    ${port}/opening.cpp ${port}/setup.cpp ${port}/tls_transport.cpp)
  target_link_libraries(${name} PRIVATE minimq_test_support minimq::mbedtls GTest::gmock_main)
  target_compile_options(${name} PRIVATE -O${optimisation} -fno-exceptions -fno-rtti)
  add_test(NAME "${MINIMQ_TEST_PREFIX}mbedtls.SecretsAreGoneFromMemoryO${optimisation}"
    COMMAND ${name})
endforeach()
