/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_OWN_IDS_H
#define CLI_IMAGE_OWN_IDS_H

#include "base/error.h"

/**
 * Lets an ordinary user unpack files of any owner: the process becomes root of a user namespace
 * with the user's subordinate ids, and goes on using the user's folders. Nothing happens for root.
 * To be called before the engine is opened.
 */
int own_ids_enter(struct containr_error *err) MUST_CHECK;

#endif
