/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_SNAPSHOT_H
#define IMAGE_SNAPSHOT_H

#include <containr/image.h>
#include <containr/snapshot.h>

#include "base/json.h"
#include "base/str.h"
#include "image/digest.h"
#include "store/store.h"

/*
 * The snapshotter. A snapshot is one record, snapshots/NAME.json, and layers as images have them, in
 * layers/HEX, where HEX is the digest of the layer's tar: so equal layers are kept once, and who says
 * that a snapshot is whole can be held to it. The record is written last and removed first: what a
 * killed command leaves is a layer without a record, which the next collection takes away (image/gc.h).
 *
 *   prepare  snapshot_prepare()    the folders that a container of it is mounted from
 *   commit   snapshot_commit()     image/archive/snapshot_commit.h, with what makes layers
 *   view     snapshot_view()       its files, mounted for one process
 *   remove   containr_snapshot_remove()
 *   walk     snapshot_walk()
 *   stat     snapshot_stat()
 *   usage    snapshot_usage()
 *
 * How a layer is kept is decided for each (enum containr_storage); the interface is the same for all.
 * Whoever writes or removes a record holds CONTENT_LOCK.
 */

#define SNAPSHOTS_DIR "snapshots"
#define SNAPSHOT_NAME_MAX 128
#define SNAPSHOT_RECORD_MAX (1 << 20)

static inline void snapshot_cleanup(struct containr_snapshot **snapshot)
{
	containr_snapshot_free(*snapshot);
}

#define autosnapshot __attribute__((cleanup(snapshot_cleanup))) struct containr_snapshot

/** Checks a name: [a-zA-Z0-9][a-zA-Z0-9_.-]*, at most SNAPSHOT_NAME_MAX. Errors: INVALID_ARGUMENT. */
int snapshot_name_check(const char *name, struct containr_error *err) MUST_CHECK;

/** Returns 0 for a name that is free. Errors: SNAPSHOT_EXISTS. */
int snapshot_check_free(const struct containr *engine, const char *name,
			struct containr_error *err) MUST_CHECK;

/** Reads a record. Errors: SNAPSHOT_NOT_FOUND, INVALID_CONFIG. */
int snapshot_stat(const struct containr *engine, const char *name,
		  struct containr_snapshot **ret_snapshot, struct containr_error *err) MUST_CHECK;

/** Parses a record. Errors: INVALID_CONFIG. */
int snapshot_parse(const char *text, size_t len, struct containr_snapshot **ret_snapshot,
		   struct containr_error *err) MUST_CHECK;

/** Writes a record as JSON. */
void snapshot_format(const struct containr_snapshot *snapshot, struct str *out);

/** Creates or replaces the record of a snapshot, durably; CONTENT_LOCK is held. */
int snapshot_save(const struct containr *engine, const struct containr_snapshot *snapshot,
		  struct containr_error *err) MUST_CHECK;

/** Is handed each snapshot, borrowed for the call; a value other than 0 ends the walk. */
typedef int snapshot_visit(const struct containr_snapshot *snapshot, void *context,
			   struct containr_error *err);

/** Visits all snapshots in no order; records that cannot be read are passed over. */
int snapshot_walk(const struct containr *engine, snapshot_visit *visit, void *context,
		  struct containr_error *err) MUST_CHECK;

/** Returns the digest of its own layer. */
const char *snapshot_layer(const struct containr_snapshot *snapshot);

/**
 * Appends the folders below root that a container of the snapshot is mounted from, top first, those of
 * its image included, as image_lower_dirs() does.
 *
 * Errors: IMAGE_CORRUPT names what is not there.
 */
int snapshot_prepare(const struct containr *engine, const struct containr_snapshot *snapshot,
		     struct strv *dirs, struct containr_error *err) MUST_CHECK;

/**
 * Adds up what its layers take on the disk now.
 *
 * @ret_own, @ret_shared: bytes of its own layer, and of those below
 */
int snapshot_usage(const struct containr *engine, const struct containr_snapshot *snapshot,
		   int64_t *ret_own, int64_t *ret_shared, struct containr_error *err) MUST_CHECK;

/** Works on two roots, each O_PATH. Returns 0 or an error in @err. */
typedef int snapshot_view_work(const int roots[2], void *context, struct containr_error *err);

/**
 * Mounts the files of two snapshots, read-only, for a child process that does @work and with which the
 * mounts end.
 *
 * Errors: those of @work; IMAGE_CORRUPT, ROOTFS_MOUNT, NAMESPACE_SETUP.
 */
int snapshot_view(const struct containr *engine, const struct containr_snapshot *const snapshots[2],
		  snapshot_view_work *work, void *context, struct containr_error *err) MUST_CHECK;

/** Writes an event of the snapshot. */
void snapshot_event(const struct containr *engine, const char *action,
		    const struct containr_snapshot *snapshot);

/**
 * Gives a snapshot the nearest one whose layers its own stand on for a parent, and none where there is
 * no such one.
 *
 * @except: name that does not count; NULL for none
 */
int snapshot_find_parent(const struct containr *engine, struct containr_snapshot *snapshot,
			 const char *except, struct containr_error *err) MUST_CHECK;

#endif
