# SPDX-License-Identifier: MIT
# Toolchain for Cortex-M: cmake -DCMAKE_TOOLCHAIN_FILE=cmake/arm-none-eabi.cmake
# -DMINIMQ_CPU=cortex-m4. Programs are linked with the C driver: whatever needs the C++ library's
# code, the heap or exceptions does not link.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(MINIMQ_CPU cortex-m4 CACHE STRING "cortex-m0plus, cortex-m3, cortex-m4, cortex-m33, ...")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MINIMQ_CPU)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(minimq_arm_flags "-mcpu=${MINIMQ_CPU} -mthumb -ffunction-sections -fdata-sections")
set(CMAKE_C_FLAGS_INIT "${minimq_arm_flags}")
set(CMAKE_CXX_FLAGS_INIT "${minimq_arm_flags} -fno-exceptions -fno-rtti -fno-threadsafe-statics\
 -fno-unwind-tables -fno-asynchronous-unwind-tables")
set(CMAKE_CXX_LINK_EXECUTABLE
  "arm-none-eabi-gcc <FLAGS> <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
