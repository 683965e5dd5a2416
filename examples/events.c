/* SPDX-License-Identifier: MIT */
/* Waits until a container ends, and tells which: events SECONDS */
#include <containr/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int look_for_end(const struct containr_event *event, void *context)
{
	int *found = context;

	if (strcmp(event->type, "container") != 0 || strcmp(event->action, "die") != 0)
		return 0;
	printf("%s ended\n", event->name);
	*found = 1;
	return 1; /* that is enough */
}

int main(int argc, char **argv)
{
	struct containr_options options = { .log_fd = -1 };
	struct containr_event_options when = { 0 };
	struct containr_error err = { 0 };
	struct containr *engine = NULL;
	int found = 0;
	int failed;

	if (argc != 2)
		return fprintf(stderr, "usage: events SECONDS\n"), 125;
	when.since_ns = (int64_t)time(NULL) * 1000000000;
	when.until_ns = ((int64_t)time(NULL) + strtol(argv[1], NULL, 10)) * 1000000000;
	failed = containr_open(&options, &engine, &err);
	if (failed == 0)
		failed = containr_events(engine, &when, look_for_end, &found, &err);
	if (failed < 0)
		fprintf(stderr, "%s\n", err.message);
	containr_close(engine);
	return failed < 0 ? 125 : !found;
}
