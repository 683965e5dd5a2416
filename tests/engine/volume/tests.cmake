# SPDX-License-Identifier: MIT
foreach(noun copy_tree references volume)
	containr_unit_test(engine/volume/${noun}_test LAYERS base kernel store volume
		SOURCES engine/base/temp_dir.c)
	target_include_directories(engine.volume.${noun}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endforeach()
