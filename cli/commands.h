/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cmd.h"

/* Every record, by the place where it is defined: cmd_NAME.c here, oci/cmd_NAME.c for the runtime.
 */

extern const struct cmd program_containr; /* commands.c */
extern const struct cmd program_runtime;  /* oci/commands.c */

/* What both programs have. */
extern const struct cmd cmd_commands;
extern const struct cmd cmd_complete;
extern const struct cmd cmd_completion;
extern const struct cmd cmd_help;
extern const struct cmd cmd_man;

extern const struct cmd cmd_attach;
extern const struct cmd cmd_commit;
extern const struct cmd cmd_container;
extern const struct cmd cmd_container_inspect;
extern const struct cmd cmd_container_prune;
extern const struct cmd cmd_cp;
extern const struct cmd cmd_create;
extern const struct cmd cmd_diff;
extern const struct cmd cmd_events;
extern const struct cmd cmd_exec;
extern const struct cmd cmd_export;
extern const struct cmd cmd_healthcheck;
extern const struct cmd cmd_healthcheck_run;
extern const struct cmd cmd_history;
extern const struct cmd cmd_image;
extern const struct cmd cmd_image_inspect;
extern const struct cmd cmd_image_prune;
extern const struct cmd cmd_image_verify;
extern const struct cmd cmd_images;
extern const struct cmd cmd_import;
extern const struct cmd cmd_info;
extern const struct cmd cmd_inspect;
extern const struct cmd cmd_kill;
extern const struct cmd cmd_load;
extern const struct cmd cmd_login;
extern const struct cmd cmd_logout;
extern const struct cmd cmd_logs;
extern const struct cmd cmd_pause;
extern const struct cmd cmd_ps;
extern const struct cmd cmd_pull;
extern const struct cmd cmd_push;
extern const struct cmd cmd_rename;
extern const struct cmd cmd_restart;
extern const struct cmd cmd_rm;
extern const struct cmd cmd_rmi;
extern const struct cmd cmd_run;
extern const struct cmd cmd_save;
extern const struct cmd cmd_snapshot;
extern const struct cmd cmd_snapshot_create;
extern const struct cmd cmd_snapshot_diff;
extern const struct cmd cmd_snapshot_export;
extern const struct cmd cmd_snapshot_import;
extern const struct cmd cmd_snapshot_inspect;
extern const struct cmd cmd_snapshot_ls;
extern const struct cmd cmd_snapshot_prune;
extern const struct cmd cmd_snapshot_repair;
extern const struct cmd cmd_snapshot_verify;
extern const struct cmd cmd_spec;
extern const struct cmd cmd_start;
extern const struct cmd cmd_stats;
extern const struct cmd cmd_stop;
extern const struct cmd cmd_system;
extern const struct cmd cmd_system_df;
extern const struct cmd cmd_system_prune;
extern const struct cmd cmd_tag;
extern const struct cmd cmd_top;
extern const struct cmd cmd_unpause;
extern const struct cmd cmd_update;
extern const struct cmd cmd_validate;
extern const struct cmd cmd_version;
extern const struct cmd cmd_volume;
extern const struct cmd cmd_volume_export;
extern const struct cmd cmd_volume_import;
extern const struct cmd cmd_volume_inspect;
extern const struct cmd cmd_volume_ls;
extern const struct cmd cmd_volume_prune;
extern const struct cmd cmd_wait;

/* The OCI runtime's: oci/cmd_NAME.c. */
extern const struct cmd cmd_oci_create;
extern const struct cmd cmd_oci_delete;
extern const struct cmd cmd_oci_events;
extern const struct cmd cmd_oci_exec;
extern const struct cmd cmd_oci_features;
extern const struct cmd cmd_oci_kill;
extern const struct cmd cmd_oci_list;
extern const struct cmd cmd_oci_pause;
extern const struct cmd cmd_oci_ps;
extern const struct cmd cmd_oci_resume;
extern const struct cmd cmd_oci_run;
extern const struct cmd cmd_oci_start;
extern const struct cmd cmd_oci_state;
extern const struct cmd cmd_oci_update;

#endif
