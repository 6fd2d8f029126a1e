# SPDX-License-Identifier: MIT
# find_package(minimq [COMPONENTS posix ...]): a component is a port.

include(${CMAKE_CURRENT_LIST_DIR}/minimq.cmake)

foreach(component IN LISTS minimq_FIND_COMPONENTS)
  if(TARGET minimq::${component})
    set(minimq_${component}_FOUND TRUE)
  elseif(minimq_FIND_REQUIRED_${component})
    set(minimq_FOUND FALSE)
    set(minimq_NOT_FOUND_MESSAGE "minimq::${component} cannot be built on this machine")
  endif()
endforeach()
