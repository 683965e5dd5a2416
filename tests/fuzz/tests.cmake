# SPDX-License-Identifier: MIT
# Fuzz targets. ctest replays each one's corpus on every machine; with CONTAINR_FUZZ (clang, preset
# fuzz) each is built as a fuzzer too:
#
#   tests/fuzz/run.sh build/fuzz [SECONDS [NOUN...]]
#
# A new input that shows a mistake goes into corpus/NOUN/ together with the fix.
if(CONTAINR_FUZZ)
	target_compile_options(containr_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

#   containr_fuzz_test(reference LAYERS base image): reads fuzz/reference_fuzz.c, fuzz/corpus/reference
function(containr_fuzz_test noun)
	cmake_parse_arguments(arg "" "" "LAYERS" ${ARGN})
	set(programs fuzz.${noun}_replay)
	add_executable(fuzz.${noun}_replay fuzz/${noun}_fuzz.c fuzz/replay.c)
	if(CONTAINR_FUZZ)
		add_executable(fuzz.${noun} fuzz/${noun}_fuzz.c)
		target_link_options(fuzz.${noun} PRIVATE -fsanitize=fuzzer)
		list(APPEND programs fuzz.${noun})
	endif()
	foreach(program ${programs})
		foreach(layer ${arg_LAYERS})
			target_link_libraries(${program} PRIVATE engine_${layer})
		endforeach()
		target_link_libraries(${program} PRIVATE containr_host_flags)
		set_target_properties(${program} PROPERTIES
			RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	endforeach()
	add_test(NAME fuzz.${noun}
		COMMAND fuzz.${noun}_replay ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${noun})
	set_tests_properties(fuzz.${noun} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()

containr_fuzz_test(changes LAYERS base kernel store image image_archive)
containr_fuzz_test(cmdline LAYERS base kernel store image volume container cli)
containr_fuzz_test(image_json LAYERS base kernel store image)
containr_fuzz_test(json LAYERS base)
containr_fuzz_test(kernel_files LAYERS base kernel)
containr_fuzz_test(oci_config LAYERS base kernel store image volume container)
containr_fuzz_test(reference LAYERS base kernel store image)
containr_fuzz_test(registry LAYERS base kernel store image image_archive image_registry)
containr_fuzz_test(seccomp_json LAYERS base kernel)
containr_fuzz_test(spool LAYERS base kernel store image image_archive)
containr_fuzz_test(state_files LAYERS base kernel store image volume container)
containr_fuzz_test(tar LAYERS base kernel store image image_archive)
containr_fuzz_test(template LAYERS base kernel store image volume container cli)
containr_fuzz_test(toml LAYERS base kernel store image image_archive image_registry)
containr_fuzz_test(values LAYERS base)
