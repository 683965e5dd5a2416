# SPDX-License-Identifier: MIT
# Everything that can fail fails once: the n-th allocation, the n-th call that writes, for every n;
# and who works on a container is killed at many moments.
set(torture_layers base kernel store image volume container)
set(torture_calls openat mkdirat symlinkat renameat write fsync ftruncate)
list(TRANSFORM torture_calls PREPEND "-Wl,--wrap=" OUTPUT_VARIABLE torture_wraps)

# The replaced allocator needs glibc's own behind it, which a sanitizer has replaced already.
if(NOT CONTAINR_SANITIZE)
	containr_unit_test(torture/oom_test LAYERS ${torture_layers} SOURCES torture/alloc_fail.c)
	containr_unit_test(torture/create_test LAYERS ${torture_layers}
		SOURCES torture/alloc_fail.c torture/call_fail.c ${image_fixture}
		LIBS ${torture_wraps})
	target_include_directories(torture.create_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
	set_tests_properties(torture.oom_test torture.create_test PROPERTIES LABELS torture)
endif()

add_executable(kill_after torture/kill_after.c)
target_link_libraries(kill_after PRIVATE containr_host_flags)
set_target_properties(kill_after PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
containr_script_test(torture/kill_test LABEL torture TIMEOUT 300)

add_executable(kill_at_call torture/kill_at_call.c)
target_link_libraries(kill_at_call PRIVATE containr_host_flags)
set_target_properties(kill_at_call PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
containr_script_test(torture/crash_test LABEL torture TIMEOUT 900)
