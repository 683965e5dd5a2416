/* SPDX-License-Identifier: MIT */
#include "syscalls_new.h"

#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Prints kernel/syscall_ids.h and kernel/syscall_rows.c: the system calls of every architecture in
 * enum syscall_arch (kernel/syscall_table.h), as libseccomp on the build machine knows them.
 * Runs while building; what it prints depends on libseccomp alone.
 *
 * A new architecture is one line in `arches` here and one in enum syscall_arch, in the same order.
 */

struct arch {
	uint32_t token;
	const char *suffix; /* of the order table's name */
	bool is_x86_64;	    /* shares x86_64's table, see syscalls_new.h */
};

static const struct arch arches[] = {
	{ .token = SCMP_ARCH_X86_64, .suffix = "x86_64", .is_x86_64 = true },
	{ .token = SCMP_ARCH_X86, .suffix = "x86" },
	{ .token = SCMP_ARCH_X32, .suffix = "x32", .is_x86_64 = true },
	{ .token = SCMP_ARCH_AARCH64, .suffix = "aarch64" },
	{ .token = SCMP_ARCH_ARM, .suffix = "arm" },
};

#define ARCH_COUNT (sizeof(arches) / sizeof(arches[0]))
#define NUMBER_MAX 1000		  /* past every table; libseccomp offers no end of its own */
#define ARM_PRIVATE_FIRST 0xf0000 /* breakpoint, cacheflush, set_tls … of 32-bit ARM */
#define ARM_PRIVATE_LAST 0xf00ff
#define ROWS_MAX 2048

/* How libseccomp numbers calls that go through socketcall(2) and ipc(2): -100 - call, -200 - call
 */
#define SOCKETCALL_BASE (-100)
#define IPC_BASE (-200)
#define MULTIPLEXED_SPAN 100

struct row {
	char *name;
	int number[ARCH_COUNT];
	int socketcall;
	int ipc;
};

struct table {
	struct row rows[ROWS_MAX];
	size_t len;
};

static struct row *row_find(struct table *table, const char *name)
{
	for (size_t i = 0; i < table->len; i++) {
		if (strcmp(table->rows[i].name, name) == 0)
			return &table->rows[i];
	}
	return NULL;
}

static struct row *row_obtain(struct table *table, const char *name)
{
	struct row *row = row_find(table, name);

	if (row)
		return row;
	if (table->len == ROWS_MAX)
		return NULL;
	row = &table->rows[table->len];
	row->name = strdup(name);
	if (!row->name)
		return NULL;
	for (size_t arch = 0; arch < ARCH_COUNT; arch++)
		row->number[arch] = -1;
	table->len++;
	return row;
}

static int collect_numbers(struct table *table, size_t arch, int first, int last)
{
	for (int number = first; number <= last; number++) {
		char *name = seccomp_syscall_resolve_num_arch(arches[arch].token, number);
		struct row *row;

		if (!name)
			continue;
		row = row_obtain(table, name);
		free(name);
		if (!row)
			return -1;
		row->number[arch] = number;
	}
	return 0;
}

static int collect_new(struct table *table)
{
	for (size_t i = 0; i < sizeof(new_syscalls) / sizeof(new_syscalls[0]); i++) {
		const struct new_syscall *call = &new_syscalls[i];
		struct row *row;

		if (row_find(table, call->name))
			continue;
		row = row_obtain(table, call->name);
		if (!row)
			return -1;
		for (size_t arch = 0; arch < ARCH_COUNT; arch++) {
			if (!call->x86_64_only || arches[arch].is_x86_64)
				row->number[arch] = call->number;
		}
	}
	return 0;
}

static void collect_multiplexed(struct table *table)
{
	for (size_t i = 0; i < table->len; i++) {
		struct row *row = &table->rows[i];
		int pseudo = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, row->name);

		if (pseudo < SOCKETCALL_BASE && pseudo > SOCKETCALL_BASE - MULTIPLEXED_SPAN)
			row->socketcall = SOCKETCALL_BASE - pseudo;
		else if (pseudo < IPC_BASE && pseudo > IPC_BASE - MULTIPLEXED_SPAN)
			row->ipc = IPC_BASE - pseudo;
	}
}

static int compare_names(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static int collect(struct table *table)
{
	for (size_t arch = 0; arch < ARCH_COUNT; arch++) {
		if (collect_numbers(table, arch, 0, NUMBER_MAX) < 0)
			return -1;
		if (arches[arch].token != SCMP_ARCH_ARM)
			continue;
		if (collect_numbers(table, arch, ARM_PRIVATE_FIRST, ARM_PRIVATE_LAST) < 0)
			return -1;
	}
	if (collect_new(table) < 0)
		return -1;
	collect_multiplexed(table);
	qsort(table->rows, table->len, sizeof(table->rows[0]), compare_names);
	return 0;
}

static void print_ids(FILE *out, const struct table *table)
{
	fprintf(out, "/* Made by gen/syscalls_gen.c; do not edit. */\n"
		     "#ifndef KERNEL_SYSCALL_IDS_H\n#define KERNEL_SYSCALL_IDS_H\n\n"
		     "#define SYSCALL_ID(name) SYSCALL_ID_##name\n\n"
		     "enum syscall_id {\n");
	for (size_t i = 0; i < table->len; i++)
		fprintf(out, "\tSYSCALL_ID_%s,\n", table->rows[i].name);
	fprintf(out, "\tSYSCALL_ID_COUNT,\n};\n\n#endif\n");
}

/* Prints the ids that @arch has, by rising number. */
static void print_order(FILE *out, const struct table *table, size_t arch)
{
	int last = -1;

	fprintf(out, "\nstatic const uint16_t order_%s[] = {\n", arches[arch].suffix);
	for (;;) {
		size_t next = table->len;

		for (size_t i = 0; i < table->len; i++) {
			int number = table->rows[i].number[arch];

			if (number > last &&
			    (next == table->len || number < table->rows[next].number[arch]))
				next = i;
		}
		if (next == table->len)
			break;
		fprintf(out, "\t%zu, /* %d %s */\n", next, table->rows[next].number[arch],
			table->rows[next].name);
		last = table->rows[next].number[arch];
	}
	fprintf(out, "};\n");
}

static void print_rows(FILE *out, const struct table *table)
{
	fprintf(out, "/* Made by gen/syscalls_gen.c; do not edit. */\n"
		     "#include \"kernel/syscall_table.h\"\n\n"
		     "const struct syscall_row syscall_rows[] = {\n");
	for (size_t i = 0; i < table->len; i++) {
		const struct row *row = &table->rows[i];

		fprintf(out, "\t{ \"%s\", {", row->name);
		for (size_t arch = 0; arch < ARCH_COUNT; arch++)
			fprintf(out, " %d,", row->number[arch]);
		fprintf(out, " }, %d, %d },\n", row->socketcall, row->ipc);
	}
	fprintf(out, "};\n\nconst size_t syscall_row_count = %zu;\n", table->len);
	for (size_t arch = 0; arch < ARCH_COUNT; arch++)
		print_order(out, table, arch);
	fprintf(out, "\nconst struct syscall_order syscall_orders[SYSCALL_ARCH_COUNT] = {\n");
	for (size_t arch = 0; arch < ARCH_COUNT; arch++)
		fprintf(out, "\t{ order_%s, sizeof(order_%s) / sizeof(order_%s[0]) },\n",
			arches[arch].suffix, arches[arch].suffix, arches[arch].suffix);
	fprintf(out, "};\n");
}

static int print_file(const char *path, const struct table *table,
		      void (*print)(FILE *, const struct table *))
{
	FILE *out = fopen(path, "we");
	int bad;

	if (!out) {
		fprintf(stderr, "syscalls_gen: cannot write '%s': %s\n", path, strerror(errno));
		return -1;
	}
	print(out, table);
	bad = ferror(out);
	if (fclose(out) != 0 || bad) {
		fprintf(stderr, "syscalls_gen: cannot write '%s': %s\n", path, strerror(errno));
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct table table;

	if (argc != 3) {
		fprintf(stderr, "usage: syscalls_gen IDS_HEADER ROWS_SOURCE\n");
		return 2;
	}
	if (collect(&table) < 0) {
		fprintf(stderr, "syscalls_gen: out of memory, or more than %d system calls\n",
			ROWS_MAX);
		return 1;
	}
	if (print_file(argv[1], &table, print_ids) < 0)
		return 1;
	return print_file(argv[2], &table, print_rows) < 0 ? 1 : 0;
}
