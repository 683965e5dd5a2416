# SPDX-License-Identifier: MIT
# The monitor is an executable of its own: its sources are compiled into each test.
set(monitor_sources ${CMAKE_SOURCE_DIR}/engine/monitor/log_file.c)
containr_unit_test(engine/monitor/log_file_test LAYERS base SOURCES ${monitor_sources})
containr_unit_test(engine/monitor/relay_test LAYERS base
	SOURCES ${monitor_sources} ${CMAKE_SOURCE_DIR}/engine/monitor/relay.c
	${CMAKE_SOURCE_DIR}/engine/monitor/guest.c ${CMAKE_SOURCE_DIR}/engine/monitor/log_rotate.c)
