# SPDX-License-Identifier: MIT
foreach(noun event store)
	containr_unit_test(engine/store/${noun}_test LAYERS base kernel store SOURCES engine/base/temp_dir.c)
	target_include_directories(engine.store.${noun}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endforeach()
