/* SPDX-License-Identifier: MIT */
#include "cli/image_json.h"

#include "base/time.h"
#include "cli/label_json.h"
#include "image/healthcheck.h"

static void write_config(struct json_writer *writer, const struct containr_image_config *config)
{
	json_open_object(writer, "Config");
	json_string(writer, "User", config->user);
	json_strings(writer, "Env", config->env);
	json_strings(writer, "Entrypoint", config->entrypoint);
	json_strings(writer, "Cmd", config->cmd);
	json_string(writer, "WorkingDir", config->working_dir);
	json_string(writer, "StopSignal", config->stop_signal);
	json_open_object(writer, "Volumes");
	for (char **volume = config->volumes; volume && *volume; volume++) {
		json_open_object(writer, *volume);
		json_close_object(writer);
	}
	json_close_object(writer);
	labels_write_json(writer, "Labels", config->labels);
	healthcheck_write(writer, "Healthcheck", &config->healthcheck);
	json_close_object(writer);
}

void image_write_json(struct json_writer *writer, const struct containr_image *image,
		      const struct strv *names)
{
	char created[TIME_TEXT_SIZE];

	time_format_utc(image->created_ns, created);
	json_open_object(writer, NULL);
	json_string(writer, "Id", image->id);
	json_string(writer, "Digest", image->manifest_digest);
	json_strings(writer, "RepoTags", names->items);
	json_string(writer, "Created", image->created_ns ? created : NULL);
	write_config(writer, &image->config);
	json_string(writer, "Architecture", image->architecture);
	json_string(writer, "Os", image->os);
	json_int(writer, "Size", image->size_bytes);
	json_open_object(writer, "RootFS");
	json_string(writer, "Type", "layers");
	json_strings(writer, "Layers", image->layers);
	json_close_object(writer);
	json_close_object(writer);
}
