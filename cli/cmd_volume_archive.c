/* SPDX-License-Identifier: MIT */
#include "cli/cmd_volume_archive.h"

#include "cli/commands.h"

static const struct opt export_opts[] = {
	STRING('o', "output", struct volume_export_args, output, "FILE",
	       "write to a file instead of standard output", .complete = COMPLETE_FILES),
	END,
};

static const struct cmd_example export_examples[] = {
	{ "containr volume export -o data.tar data", "keep what is in a volume" },
	{ "containr volume export data | ssh host containr volume import data -",
	  "copy it to another machine" },
	{ 0 },
};

const struct cmd cmd_volume_export = {
	.name = "export",
	.operands = "VOLUME",
	.summary = "write the content of a volume as a tar archive",
	.description =
		"Owners, times, links, holes and attributes are kept. Containers may use the "
		"volume meanwhile: what they change then may be in the archive or not.",
	.section = CMD_SECTION_SYSTEM,
	.opts = export_opts,
	.examples = export_examples,
	.args_size = sizeof(struct volume_export_args),
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_VOLUMES,
	.room = "containr-image",
};

static const struct cmd_example import_examples[] = {
	{ "containr volume import data data.tar.gz", "put an archive into a volume" },
	{ 0 },
};

const struct cmd cmd_volume_import = {
	.name = "import",
	.operands = "VOLUME FILE|-",
	.summary = "unpack a tar archive into a volume",
	.description = "The volume is created where it is missing; files that are there and not in "
		       "the archive stay. The archive may be plain or compressed by gzip, zstd, xz "
		       "or bzip2; - stands for standard input.",
	.section = CMD_SECTION_SYSTEM,
	.examples = import_examples,
	.min_operands = 2,
	.max_operands = 2,
	.complete_first = COMPLETE_VOLUMES,
	.complete_rest = COMPLETE_FILES,
	.room = "containr-image",
};
