# SPDX-License-Identifier: MIT
set(image_layers base kernel store image)
set(image_fixture engine/image/store_fixture.c)
containr_unit_test(engine/image/reference_test LAYERS ${image_layers})
containr_unit_test(engine/image/index_test LAYERS ${image_layers})
containr_unit_test(engine/image/image_test LAYERS ${image_layers} SOURCES ${image_fixture})
containr_unit_test(engine/image/remove_test LAYERS ${image_layers} SOURCES ${image_fixture})

set(archive_fixture ${image_fixture} engine/image/archive/import_fixture.c
	engine/image/archive/tar_builder.c)
foreach(noun changes decoder hostile import pack tar)
	containr_unit_test(engine/image/archive/${noun}_test LAYERS ${image_layers} image_archive
		SOURCES ${archive_fixture})
endforeach()
foreach(noun credentials recompress registries token)
	containr_unit_test(engine/image/registry/${noun}_test LAYERS ${image_layers} image_archive
		image_registry)
endforeach()
