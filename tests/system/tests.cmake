# SPDX-License-Identifier: MIT
containr_script_test(system/import_test LABEL system)
