/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_LOCALE_H
#define IMAGE_ARCHIVE_LOCALE_H

#include <locale.h>

/*
 * libarchive converts names between the archive's character set and the thread's locale, and gives
 * no name at all for "Ü" in the C locale. Names of files are bytes; C.UTF-8 lets them through.
 */

/** Makes C.UTF-8 the locale of this thread. Returns what locale_restore() needs. */
static inline locale_t locale_use_utf8(void)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

	return utf8 ? uselocale(utf8) : (locale_t)0;
}

static inline void locale_restore(const locale_t *previous)
{
	locale_t current;

	if (!*previous)
		return;
	current = uselocale(*previous);
	if (current && current != LC_GLOBAL_LOCALE)
		freelocale(current);
}

#define autolocale __attribute__((cleanup(locale_restore)))

#endif
