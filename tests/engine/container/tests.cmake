# SPDX-License-Identifier: MIT
set(container_layers base kernel store image container)
foreach(noun plan plan_cgroup plan_mounts)
	containr_unit_test(engine/container/${noun}_test LAYERS ${container_layers}
		SOURCES engine/container/plan_fixture.c)
	target_include_directories(engine.container.${noun}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endforeach()
foreach(noun oci)
	containr_unit_test(engine/container/${noun}_test LAYERS ${container_layers})
endforeach()
