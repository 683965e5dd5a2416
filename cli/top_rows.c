/* SPDX-License-Identifier: MIT */
#include "cli/top_rows.h"

#include "base/time.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <time.h>

/* Documentation/admin-guide/devices.txt */
enum { MAJOR_TTY = 4, MAJOR_PTS_FIRST = 136, MAJOR_PTS_LAST = 143, MINOR_SERIAL = 64 };

#define SECONDS_PER_DAY 86400

void top_terminal(uint32_t device, char ret_text[TOP_TEXT_SIZE])
{
	unsigned int type = major(device);
	unsigned int number = minor(device);

	if (type >= MAJOR_PTS_FIRST && type <= MAJOR_PTS_LAST)
		(void)snprintf(ret_text, TOP_TEXT_SIZE, "pts/%u",
			       (type - MAJOR_PTS_FIRST) * 256 + number);
	else if (type == MAJOR_TTY && number < MINOR_SERIAL)
		(void)snprintf(ret_text, TOP_TEXT_SIZE, "tty%u", number);
	else if (type == MAJOR_TTY)
		(void)snprintf(ret_text, TOP_TEXT_SIZE, "ttyS%u", number - MINOR_SERIAL);
	else
		(void)snprintf(ret_text, TOP_TEXT_SIZE, "?");
}

void top_cpu_time(int64_t ns, char ret_text[TOP_TEXT_SIZE])
{
	int64_t seconds = ns / TIME_NS_PER_SEC;
	int64_t days = seconds / SECONDS_PER_DAY;
	char day_text[24] = "";

	if (days > 0)
		(void)snprintf(day_text, sizeof(day_text), "%" PRId64 "-", days);
	seconds %= SECONDS_PER_DAY;
	(void)snprintf(ret_text, TOP_TEXT_SIZE, "%.12s%02d:%02d:%02d", day_text,
		       (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
}

void top_start_time(int64_t started_ns, int64_t now_ns, char ret_text[TOP_TEXT_SIZE])
{
	time_t started = (time_t)(started_ns / TIME_NS_PER_SEC);
	time_t now = (time_t)(now_ns / TIME_NS_PER_SEC);
	struct tm then = { 0 };
	struct tm today = { 0 };

	if (!localtime_r(&started, &then) || !localtime_r(&now, &today))
		(void)snprintf(ret_text, TOP_TEXT_SIZE, "?");
	else if (then.tm_year != today.tm_year)
		(void)strftime(ret_text, TOP_TEXT_SIZE, "%Y", &then);
	else if (then.tm_yday != today.tm_yday)
		(void)strftime(ret_text, TOP_TEXT_SIZE, "%b%d", &then);
	else
		(void)strftime(ret_text, TOP_TEXT_SIZE, "%H:%M", &then);
}

void top_row(struct table *table, const struct containr_process *process, int64_t now_ns)
{
	const struct passwd *user = getpwuid(process->uid);
	int64_t lived_ns = now_ns - process->started_ns;
	char text[TOP_TEXT_SIZE];

	if (user)
		table_cell(table, user->pw_name);
	else
		table_cellf(table, "%" PRIu32, process->uid);
	table_cellf(table, "%d", process->pid);
	table_cellf(table, "%d", process->parent_pid);
	table_cellf(table, "%" PRId64,
		    lived_ns >= 100 ? process->cpu_ns / (lived_ns / 100) : INT64_C(0));
	top_start_time(process->started_ns, now_ns, text);
	table_cell(table, text);
	top_terminal(process->terminal, text);
	table_cell(table, text);
	top_cpu_time(process->cpu_ns, text);
	table_cell(table, text);
	table_cell(table, process->command);
}
