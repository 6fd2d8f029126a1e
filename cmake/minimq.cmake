# SPDX-License-Identifier: MIT
# The library's targets. The tree and the installed package include this same file, so whoever
# uses minimq compiles its sources with their own compiler and flags.

if(COMMAND minimq_add_library)
  return()
endif()

get_filename_component(minimq_root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)

# minimq_add_library(<target> <alias> <source>...): what all our libraries have in common.
function(minimq_add_library target alias)
  add_library(${target} STATIC ${ARGN})
  add_library(${alias} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_23)
  target_compile_options(${target} PRIVATE -fno-exceptions -fno-rtti)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(NOT (PROJECT_IS_TOP_LEVEL AND PROJECT_NAME STREQUAL "minimq"))
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endfunction()

# minimq_one_kind_of_sockets(<target>): ports/sockets is compiled anew for each port that uses it,
# so CMake objects to a program with two of them.
function(minimq_one_kind_of_sockets target)
  set_target_properties(${target} PROPERTIES INTERFACE_minimq_sockets ${target})
  set_property(TARGET ${target} APPEND PROPERTY COMPATIBLE_INTERFACE_STRING minimq_sockets)
endfunction()

# What a program may go without although nothing it calls says so: see minimq/build.hpp.
option(MINIMQ_QOS2 "Messages at QoS 2" ON)
option(MINIMQ_SUBSCRIPTIONS "Subscriptions, and messages from the broker" ON)

if(NOT TARGET minimq::minimq) # somebody may have compiled it already
  file(GLOB_RECURSE minimq_sources CONFIGURE_DEPENDS ${minimq_root}/src/*.cpp)
  minimq_add_library(minimq minimq::minimq ${minimq_sources})
  target_include_directories(minimq PUBLIC ${minimq_root}/include PRIVATE ${minimq_root}/src)
  # For builds with CMAKE_UNITY_BUILD: these two name their tables' columns in the same words.
  set_source_files_properties(${minimq_root}/src/codec/property_rule.cpp
    ${minimq_root}/src/codec/reason_codes.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_compile_definitions(minimq PUBLIC
    $<$<NOT:$<BOOL:${MINIMQ_QOS2}>>:MINIMQ_QOS2=0>
    $<$<NOT:$<BOOL:${MINIMQ_SUBSCRIPTIONS}>>:MINIMQ_SUBSCRIPTIONS=0>)
endif()

add_subdirectory(${minimq_root}/ports/tls ${CMAKE_CURRENT_BINARY_DIR}/minimq-ports/tls)
add_subdirectory(${minimq_root}/ports/posix ${CMAKE_CURRENT_BINARY_DIR}/minimq-ports/posix)
add_subdirectory(${minimq_root}/ports/lwip ${CMAKE_CURRENT_BINARY_DIR}/minimq-ports/lwip)
add_subdirectory(${minimq_root}/ports/lwip_sockets
  ${CMAKE_CURRENT_BINARY_DIR}/minimq-ports/lwip_sockets)
add_subdirectory(${minimq_root}/ports/mbedtls ${CMAKE_CURRENT_BINARY_DIR}/minimq-ports/mbedtls)
add_subdirectory(${minimq_root}/ports/asio ${CMAKE_CURRENT_BINARY_DIR}/minimq-ports/asio)
add_subdirectory(${minimq_root}/ports/bearssl ${CMAKE_CURRENT_BINARY_DIR}/minimq-ports/bearssl)
