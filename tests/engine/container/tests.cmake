# SPDX-License-Identifier: MIT
set(container_layers base kernel store image volume container)
set(plan_fixture engine/container/plan_fixture.c)
set(temp_dir engine/base/temp_dir.c)

#   containr_container_test(state SOURCES ...): reads engine/container/state_test.c
function(containr_container_test noun)
	containr_unit_test(engine/container/${noun}_test LAYERS ${container_layers} ${ARGN})
	target_include_directories(engine.container.${noun}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()

containr_container_test(config_options)
containr_container_test(config_spec)
containr_container_test(name)
containr_container_test(oci)
containr_container_test(plan SOURCES ${plan_fixture})
containr_container_test(plan_cgroup SOURCES ${plan_fixture})
containr_container_test(plan_mounts SOURCES ${plan_fixture})
containr_container_test(state SOURCES ${temp_dir})
containr_container_test(process_user SOURCES ${temp_dir})
containr_container_test(record SOURCES ${temp_dir})
containr_container_test(event_read SOURCES ${temp_dir})
containr_container_test(logs SOURCES ${temp_dir})
