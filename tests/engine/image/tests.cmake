# SPDX-License-Identifier: MIT
containr_unit_test(engine/image/reference_test LAYERS image kernel store base)
