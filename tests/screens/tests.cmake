# SPDX-License-Identifier: MIT
containr_script_test(screens/terminal_test LABEL screens)
