/* SPDX-License-Identifier: MIT */
#include "container/name.h"

#include "base/cleanup.h"
#include "container/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define NAME_LENGTH_MAX 128
#define ID_LENGTH 64
#define LINK_SIZE (NAME_LENGTH_MAX + 16)

static const char *const qualities[] = {
	"able",	  "brave",  "bright",  "calm",	 "clear",  "clever", "cool",   "deft",
	"eager",  "fair",   "fast",    "fine",	 "fond",   "free",   "fresh",  "gentle",
	"glad",	  "golden", "happy",   "honest", "jolly",  "keen",   "kind",   "light",
	"lively", "loyal",  "lucky",   "mellow", "merry",  "mild",   "modest", "neat",
	"nimble", "noble",  "patient", "plain",	 "polite", "proud",  "quick",  "quiet",
	"ready",  "rich",   "silent",  "smart",	 "snug",   "solid",  "steady", "still",
	"sunny",  "sure",   "swift",   "tidy",	 "trim",   "true",   "vivid",  "warm",
	"wide",	  "wild",   "wise",    "witty",	 "young",  "zesty",  "bold",   "crisp",
};

static const char *const beings[] = {
	"badger",  "beaver", "bison",	"bittern", "crane",   "curlew", "deer",	  "dipper",
	"dolphin", "dove",   "eagle",	"egret",   "falcon",  "ferret", "finch",  "fox",
	"gannet",  "gecko",  "goose",	"grebe",   "gull",    "hare",	"hawk",	  "heron",
	"ibex",	   "ibis",   "jackdaw", "jay",	   "kestrel", "kite",	"lark",	  "linnet",
	"lizard",  "lynx",   "magpie",	"marten",  "merlin",  "mole",	"moose",  "newt",
	"orca",	   "osprey", "otter",	"owl",	   "petrel",  "pipit",	"plover", "puffin",
	"quail",   "raven",  "robin",	"salmon",  "seal",    "shrew",	"siskin", "skua",
	"stoat",   "stork",  "swan",	"teal",	   "tern",    "thrush", "vole",	  "wren",
};

int name_make(char **ret_name, struct containr_error *err)
{
	uint16_t dice[2];

	if (getrandom(dice, sizeof(dice), 0) != (ssize_t)sizeof(dice))
		return fail_sys(err, CONTAINR_E_IO, "cannot read random bytes");
	if (asprintf(ret_name, "%s_%s", qualities[dice[0] % ARRAY_LEN(qualities)],
		     beings[dice[1] % ARRAY_LEN(beings)]) < 0)
		return fail_oom(err);
	return 0;
}

int name_check(const char *name, struct containr_error *err)
{
	size_t len = strlen(name);
	bool fine = len > 0 && len <= NAME_LENGTH_MAX && isalnum((unsigned char)name[0]);

	for (size_t i = 1; fine && i < len; i++)
		fine = isalnum((unsigned char)name[i]) || strchr("_.-", name[i]);
	if (fine)
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "'%s' is no name for a container", name);
	return fail_hint(err, "use letters, digits and _ . -, starting with a letter or digit");
}

int name_take(const struct containr *engine, const char *id, const char *name,
	      struct containr_error *err)
{
	char link[LINK_SIZE];
	char other[ID_LENGTH + 1] = { 0 };
	char folder[96];

	(void)snprintf(link, sizeof(link), "names/%s", name);
	for (int tries = 0; tries < 2; tries++) {
		if (symlinkat(id, engine->root_fd, link) == 0)
			return 0;
		if (errno != EEXIST)
			return fail_sys(err, CONTAINR_E_IO, "cannot take the name '%s'", name);
		if (readlinkat(engine->root_fd, link, other, ID_LENGTH) != ID_LENGTH)
			break;
		/* of one whose maker was killed, this is the last that there is to see */
		container_sweep(engine, other);
		(void)snprintf(folder, sizeof(folder), "containers/%s", other);
		if (faccessat(engine->root_fd, folder, F_OK, 0) == 0 || errno != ENOENT)
			break;
		(void)unlinkat(engine->root_fd, link, 0);
	}
	return fail(err, CONTAINR_E_CONTAINER_EXISTS, "the name '%s' is taken by container %.12s",
		    name, other);
}

void name_drop(const struct containr *engine, const char *id, const char *name)
{
	char link[LINK_SIZE];
	char owner[ID_LENGTH + 1] = { 0 };

	(void)snprintf(link, sizeof(link), "names/%s", name);
	if (readlinkat(engine->root_fd, link, owner, ID_LENGTH) == ID_LENGTH &&
	    strcmp(owner, id) == 0)
		(void)unlinkat(engine->root_fd, link, 0);
}
