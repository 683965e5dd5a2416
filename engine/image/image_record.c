/* SPDX-License-Identifier: MIT */
#include "image/image_record.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/manifest.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define HEADER_SIZE 128
#define SCAN_SIZE 8192 /* holds any line */

int image_record_read(const struct containr *engine, const struct index_entry *entry,
		      struct image_record *ret_record, struct containr_error *err)
{
	automanifest manifest = { 0 };
	int r = manifest_load(engine, &entry->manifest, &manifest, err);

	if (r < 0)
		return r;
	(void)snprintf(ret_record->manifest, DIGEST_SIZE, "%s", entry->manifest.digest);
	(void)snprintf(ret_record->config, DIGEST_SIZE, "%s", manifest.config.digest);
	ret_record->config_size = manifest.config.size;
	ret_record->layers = manifest.layer_count;
	if (__builtin_add_overflow(manifest_content_size(&manifest), entry->manifest.size,
				   &ret_record->total_size))
		ret_record->total_size = INT64_MAX;
	return 0;
}

/* Tells one index.json from another: a file that replaces it has another inode or time. */
static bool format_header(const struct containr *engine, char ret_header[HEADER_SIZE])
{
	struct stat info;

	if (fstatat(engine->root_fd, CONTENT_INDEX, &info, 0) < 0)
		return false;
	(void)snprintf(ret_header, HEADER_SIZE, "names-of-index 1 %ju %jd %jd.%09ld",
		       (uintmax_t)info.st_ino, (intmax_t)info.st_size,
		       (intmax_t)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
	return true;
}

void image_record_save(const struct containr *engine, const struct index *index)
{
	char header[HEADER_SIZE];
	autostr text = STR_INIT;
	struct containr_error ignored;

	if (!format_header(engine, header))
		return;
	str_appendf(&text, "%s\n", header);
	for (size_t i = 0; i < index->count; i++) {
		const struct index_entry *entry = &index->entries[i];
		struct image_record record;

		if (!entry->name || strpbrk(entry->name, " \n") ||
		    image_record_read(engine, entry, &record, &ignored) < 0)
			continue;
		str_appendf(&text, "%s %s %s %" PRId64 " %" PRId64 " %zu\n", entry->name,
			    record.manifest, record.config, record.config_size, record.total_size,
			    record.layers);
	}
	if (!text.failed)
		error_ignore(fs_replace_file(engine->root_fd, RECORD_FILE, text.data, text.len,
					     0644, FS_VOLATILE, &ignored));
}

/* Reads a line without its newline: true if it is the record of @name. */
static bool parse_line(const char *line, const char *name, struct image_record *ret_record)
{
	struct image_record record;
	size_t len = strlen(name);

	if (strncmp(line, name, len) != 0 || line[len] != ' ' ||
	    sscanf(line + len, " %71s %71s %" SCNd64 " %" SCNd64 " %zu", record.manifest,
		   record.config, &record.config_size, &record.total_size, &record.layers) != 5 ||
	    !digest_is_valid(record.manifest) || !digest_is_valid(record.config))
		return false;
	*ret_record = record;
	return true;
}

/*
 * Looks through the lines with a buffer on the stack: growing one on the heap, page faults and all,
 * would take longer than the rest of the search.
 */
static bool scan_lines(int fd, const char *header, const char *name,
		       struct image_record *ret_record)
{
	char buffer[SCAN_SIZE + 1];
	size_t used = 0;
	bool is_checked = false;
	ssize_t got;

	while ((got = read(fd, buffer + used, SCAN_SIZE - used)) > 0) {
		char *line = buffer;
		char *end;

		used += (size_t)got;
		for (; (end = memchr(line, '\n', used - (size_t)(line - buffer))); line = end + 1) {
			*end = '\0';
			if (is_checked && parse_line(line, name, ret_record))
				return true;
			if (!is_checked && strcmp(line, header) != 0)
				return false;
			is_checked = true;
		}
		used -= (size_t)(line - buffer);
		memmove(buffer, line, used);
	}
	return false;
}

bool image_record_find(const struct containr *engine, const char *name,
		       struct image_record *ret_record)
{
	char header[HEADER_SIZE];
	autoclose int fd = openat(engine->root_fd, RECORD_FILE, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && format_header(engine, header) && scan_lines(fd, header, name, ret_record);
}

void image_records_release(struct image_records *records)
{
	str_release(&records->text);
}

void image_records_load(const struct containr *engine, struct image_records *ret_records)
{
	struct image_records records = { 0 };
	char header[HEADER_SIZE];
	struct containr_error ignored;
	const char *end;

	*ret_records = records;
	if (!format_header(engine, header) ||
	    fs_read_regular(engine->root_fd, RECORD_FILE, CONTENT_INDEX_MAX, &records.text,
			    &ignored) < 0) {
		str_release(&records.text);
		return;
	}
	end = records.text.data ? strchr(records.text.data, '\n') : NULL;
	if (end && strlen(header) == (size_t)(end - records.text.data) &&
	    memcmp(header, records.text.data, strlen(header)) == 0)
		records.at = (size_t)(end - records.text.data) + 1;
	*ret_records = records;
}

bool image_records_next(struct image_records *records, const struct index_entry *entry,
			struct image_record *ret_record)
{
	struct image_record record;
	const char *line = records->at ? records->text.data + records->at : "";
	const char *end = strchr(line, '\n');

	/* an entry without a record has no line either: the one that waits is of a later name */
	if (!end || !entry->name || !parse_line(line, entry->name, &record))
		return false;
	records->at = (size_t)(end + 1 - records->text.data);
	/* the name may have been given to another image between the reading of both files */
	if (strcmp(record.manifest, entry->manifest.digest) != 0)
		return false;
	*ret_record = record;
	return true;
}
