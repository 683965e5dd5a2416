# SPDX-License-Identifier: MIT
# A layer is a folder of engine/. It is compiled twice: as engine_NAME for libcontainr, the rooms and
# the tests, and as core_NAME for the static executables. USES lists the layers it may include; the
# layer test (tests/layers_test.sh) holds the sources to the same table.
function(containr_layer name)
	cmake_parse_arguments(arg "" "" "SOURCES;USES" ${ARGN})
	add_library(engine_${name} OBJECT ${arg_SOURCES})
	set_target_properties(engine_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
	target_link_libraries(engine_${name} PUBLIC containr_host_flags)
	add_library(core_${name} OBJECT ${arg_SOURCES})
	target_link_libraries(core_${name} PUBLIC containr_core_flags)
	# the same sources were read for engine_NAME already
	set_target_properties(core_${name} PROPERTIES C_CLANG_TIDY "")
	set_property(GLOBAL APPEND PROPERTY CONTAINR_LAYERS ${name})
endfunction()

# A static executable of the core; LAYERS are the layers whose objects it takes.
function(containr_core_executable target)
	cmake_parse_arguments(arg "" "" "SOURCES;LAYERS" ${ARGN})
	add_executable(${target} ${arg_SOURCES})
	foreach(layer ${arg_LAYERS})
		target_link_libraries(${target} PRIVATE core_${layer})
	endforeach()
	target_link_libraries(${target} PRIVATE containr_core_flags)
endfunction()
