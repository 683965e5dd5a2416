/* SPDX-License-Identifier: MIT */
#ifndef RESCTRL_FAKE_H
#define RESCTRL_FAKE_H

/*
 * A folder that does as the file system resctrl, for machines without: a new group has its files at
 * once, and removing one takes them along. Link with --wrap of mkdirat and unlinkat. What is written
 * to a file stands in it one after the other.
 */

/** Makes the folder with its root group; the caller's to remove with resctrl_fake_remove(). */
const char *resctrl_fake_make(void);
void resctrl_fake_remove(void);

/** Writes a file of it; @name is relative to its root. */
void resctrl_fake_put(const char *name, const char *text);

/** Content of a file, "absent" where there is none; valid until the next call. */
const char *resctrl_fake_get(const char *name);

#endif
