/* SPDX-License-Identifier: MIT */
#include "image/archive/pack.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* GNU tar is the authority on what we write: it unpacks it, and what it has unpacked is the same again. */

static int run(const char *script)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		(void)execlp("bash", "bash", "-ec", script, NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int setup(void **state)
{
	static char folder[] = "/tmp/containr-pack-XXXXXX";

	*state = mkdtemp(folder);
	if (!*state || chdir(folder) < 0)
		return -1;
	return run("mkdir -p tree/d/e; cd tree; printf hello > d/file; ln d/file d/hard;"
		   "ln d/file a-hard; ln -s ../x d/soft; mkfifo d/fifo;"
		   "touch -d @1.25 d/file; touch -d 1960-01-01T00:00:00.5Z d/e; touch -d @-0.5 "
		   "d/soft -h;"
		   "touch -d '2400-01-01 00:00:00.000000001' d/later 2> /dev/null || :> d/later;"
		   "n=$(printf 'n%.0s' {1..90}); mkdir $n; printf long > $n/$n; ln $n/$n zz;"
		   "ln -s $n/$n long-link; ln -s /$n/$n/$n long-long-link; printf x > $'\\xff\\n';"
		   "truncate -s 300000 sparse; printf data | dd of=sparse bs=1 seek=100000 "
		   "conv=notrunc "
		   "status=none; truncate -s 1M hole; truncate -s 1M end; echo x >> end;"
		   "head -c 700000 /dev/urandom > big; : > empty; chmod 4755 big; chmod 1777 d;"
		   "python3 -c 'import os\n"
		   "try:\n"
		   " os.setxattr(\"big\", \"user.two\", b\"z\\0\\n\" * 300)\n"
		   " os.setxattr(\"big\", \"user.one\", b\"1\")\n"
		   "except OSError: pass'");
}

static int teardown(void **state)
{
	struct containr_error err;

	return chdir("/") < 0 ? -1 : fs_remove_tree(AT_FDCWD, *state, &err);
}

static int write_to(void *data, const void *bytes, size_t len, struct containr_error *err)
{
	return fs_write_all(*(int *)data, bytes, len) < 0 ? fail_sys(err, CONTAINR_E_IO, "write")
							  : 0;
}

static void pack(const char *folder, const char *file)
{
	const struct pack_options options = { .one_filesystem = true };
	autoclose int from = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int to = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct containr_error err = { 0 };

	assert_int_equal(pack_write_tar(from, &options, write_to, &to, &err), 0);
}

static void gnu_tar_unpacks_it_and_finds_what_was_packed(void **state)
{
	(void)state;
	pack("tree", "one.tar");
	assert_int_equal(
		run("mkdir copy; tar --xattrs --xattrs-include='*' -C copy -xf one.tar;"
		    "diff -r -x fifo --no-dereference tree copy;"
		    "list() { (cd $1; find . -mindepth 1 -printf '%p %y %m %U:%G %n %s %T@ %l\\n' |"
		    " sed 's/ d \\(.*\\) [0-9]* \\([0-9.-]* \\)$/ d \\1 \\2/' | LC_ALL=C sort;"
		    " getfattr -hdR -m- . 2> /dev/null || :); };"
		    "list tree > tree.list; list copy > copy.list; diff tree.list copy.list"),
		0);
}

static void the_same_files_elsewhere_give_the_same_bytes(void **state)
{
	(void)state;
	pack("copy", "two.tar");
	assert_int_equal(run("cmp one.tar two.tar"), 0);
}

static void a_changed_time_owner_or_attribute_gives_other_bytes(void **state)
{
	(void)state;
	assert_int_equal(run("touch -d @7.000000001 copy/empty"), 0);
	pack("copy", "two.tar");
	assert_int_not_equal(run("cmp -s one.tar two.tar"), 0);
}

static void holes_take_no_room(void **state)
{
	(void)state;
	assert_int_equal(run("[ $(stat -c %s one.tar) -lt 1000000 ]"), 0);
	assert_int_equal(run("[ $(stat -c %b copy/hole) -eq 0 ]"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gnu_tar_unpacks_it_and_finds_what_was_packed),
		cmocka_unit_test(the_same_files_elsewhere_give_the_same_bytes),
		cmocka_unit_test(a_changed_time_owner_or_attribute_gives_other_bytes),
		cmocka_unit_test(holes_take_no_room),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
