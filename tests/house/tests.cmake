# SPDX-License-Identifier: MIT
# Rules of the house that no compiler holds: layers, headers, exports, start-up budget, format.
foreach(rule layers headers exports startup format shell)
	containr_script_test(house/${rule}_test LABEL unit)
endforeach()
set(house_flags "${CMAKE_C_FLAGS}")
if(CONTAINR_SANITIZE)
	string(APPEND house_flags " -fsanitize=${CONTAINR_SANITIZE}")
endif()
set_property(TEST house.headers_test house.exports_test APPEND PROPERTY ENVIRONMENT
	"CONTAINR_CC=${CMAKE_C_COMPILER}" "CONTAINR_CFLAGS=${house_flags}")
set_property(TEST house.startup_test APPEND PROPERTY ENVIRONMENT
	"CONTAINR_CORE_LIBC=${CONTAINR_CORE_LIBC}" "CONTAINR_BUILD_TYPE=${CMAKE_BUILD_TYPE}")
