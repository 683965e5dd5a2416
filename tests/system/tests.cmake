# SPDX-License-Identifier: MIT
# Real containers, in namespaces that each test makes itself: system/lib.sh. They share the host's
# cgroups and its two or three processors, and some measure time: one after the other.
foreach(name
	adopt
	attach
	codes
	errors
	events
	examples
	exec
	files
	format
	health
	history
	import
	lifecycle
	limits
	logs
	options
	prune
	pause
	rename_top
	restart
	rootless
	run
	snapshot
	storage
	update
	userns
	volume
)
	containr_script_test(system/${name}_test LABEL system)
	set_tests_properties(system.${name}_test PROPERTIES RUN_SERIAL ON)
endforeach()
