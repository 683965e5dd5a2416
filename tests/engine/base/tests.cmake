# SPDX-License-Identifier: MIT
foreach(noun duration error exe fixed json_read json_write log path str time utf8)
	containr_unit_test(engine/base/${noun}_test LAYERS base)
endforeach()
foreach(noun fs fs_tree)
	containr_unit_test(engine/base/${noun}_test LAYERS base SOURCES engine/base/temp_dir.c)
endforeach()
