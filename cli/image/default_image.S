/* SPDX-License-Identifier: MIT */
	.section .rodata
	.global default_image_start
	.global default_image_end
	.hidden default_image_start
	.hidden default_image_end
	.balign 16
default_image_start:
	.incbin DEFAULT_IMAGE_FILE
default_image_end:
	.byte 0

	.section .note.GNU-stack, "", %progbits
