# SPDX-License-Identifier: MIT
# cmake -DFILE=... -DCOMMAND=... -P compile_fail.cmake
# The first line of FILE says what its compilation must come to: `// expect: compiles`, or
# `// expect: <regex>`, and then it must fail with output that matches.

file(STRINGS ${FILE} first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${FILE}: the first line must be `// expect: <regex>` or `compiles`")
endif()
set(expected "${CMAKE_MATCH_1}")

execute_process(COMMAND ${COMMAND} ${FILE}
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(expected STREQUAL "compiles")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "must compile, but:\n${output}")
  endif()
elseif(status EQUAL 0)
  message(FATAL_ERROR "compiles, but must fail with: ${expected}")
elseif(NOT output MATCHES "${expected}")
  message(FATAL_ERROR "fails, but does not say: ${expected}\n${output}")
endif()
