# SPDX-License-Identifier: MIT
# libseccomp and libcap are the oracles here; what we ship links neither.
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(CAP REQUIRED IMPORTED_TARGET libcap)

containr_unit_test(engine/kernel/caps_test LAYERS base kernel LIBS PkgConfig::CAP)
containr_unit_test(engine/kernel/rlimit_test LAYERS base kernel)
containr_unit_test(engine/kernel/schedule_test LAYERS base kernel)
containr_unit_test(engine/kernel/syscall_table_test LAYERS base kernel LIBS PkgConfig::SECCOMP)
containr_unit_test(engine/kernel/seccomp_test LAYERS base kernel
	SOURCES engine/kernel/bpf_sim.c)
containr_unit_test(engine/kernel/seccomp_default_test LAYERS base kernel
	SOURCES engine/kernel/bpf_sim.c)
containr_unit_test(engine/kernel/seccomp_json_test LAYERS base kernel
	SOURCES engine/kernel/bpf_sim.c)
containr_unit_test(engine/kernel/seccomp_oracle_test LAYERS base kernel LIBS PkgConfig::SECCOMP
	SOURCES engine/kernel/bpf_sim.c engine/kernel/seccomp_model.c
		engine/kernel/seccomp_oracle.c engine/kernel/seccomp_random.c)

foreach(noun cgroup cgroup_delegated device_filter exit_info held_pipe idmap mount ns pidfd proc_stat signal_name)
	containr_unit_test(engine/kernel/${noun}_test LAYERS base kernel)
endforeach()

containr_unit_test(engine/kernel/resctrl_test LAYERS base kernel SOURCES engine/kernel/resctrl_fake.c
	LIBS -Wl,--wrap=mkdirat -Wl,--wrap=unlinkat)
