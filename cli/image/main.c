/* SPDX-License-Identifier: MIT */
#include "cli/cmd_import.h"
#include "cli/commands.h"
#include "cli/image/commit.h"
#include "cli/image/cp.h"
#include "cli/image/export.h"
#include "cli/image/import.h"
#include "cli/image/volume_archive.h"
#include "cli/image/load.h"
#include "cli/image/save.h"
#include "cli/image/snapshot.h"
#include "cli/image/verify.h"

/*
 * containr-image: the room for what needs archives, compression and digests. The front door becomes
 * this program for the commands below; it reads the same records.
 */
int main(int argc, char **argv, char **envp)
{
	static const struct cmd_binding bindings[] = {
		{ .cmd = &cmd_commit, .run = commit_run },
		{ .cmd = &cmd_cp, .run = cp_run },
		{ .cmd = &cmd_export, .run = export_run },
		{ .cmd = &cmd_image_verify, .run = image_verify_run },
		{ .cmd = &cmd_import, .run = import_run },
		{ .cmd = &cmd_load, .run = load_run },
		{ .cmd = &cmd_save, .run = save_run },
		{ .cmd = &cmd_snapshot_create, .run = snapshot_create_run },
		{ .cmd = &cmd_snapshot_export, .run = snapshot_export_run },
		{ .cmd = &cmd_snapshot_import, .run = snapshot_import_run },
		{ .cmd = &cmd_snapshot_repair, .run = snapshot_repair_run },
		{ .cmd = &cmd_snapshot_verify, .run = snapshot_verify_run },
		{ .cmd = &cmd_volume_export, .run = volume_export_run },
		{ .cmd = &cmd_volume_import, .run = volume_import_run },
		{ 0 },
	};

	return cmd_dispatch(&program_containr, bindings, argc, argv, envp);
}
