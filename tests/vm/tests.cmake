# SPDX-License-Identifier: MIT
containr_script_test(vm/v2_test LABEL vm TIMEOUT 300)
containr_script_test(vm/systemd_test LABEL vm TIMEOUT 300)
