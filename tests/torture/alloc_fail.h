/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TORTURE_ALLOC_FAIL_H
#define TESTS_TORTURE_ALLOC_FAIL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The n-th allocation fails. malloc(3) and its like are replaced for the whole program, the C
 * library's own calls (strdup, asprintf, opendir) included, so that nothing is out of reach.
 */

/** From now on blocks are counted and the @nth allocation (from 1) fails, once. */
void alloc_fail_arm(size_t nth);

/** Stops counting; tells whether the failure was met. */
bool alloc_fail_disarm(void);

/** Number of blocks that were allocated while armed and are not free yet. */
size_t alloc_fail_live(void);

#endif
