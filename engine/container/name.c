/* SPDX-License-Identifier: MIT */
#include "container/name.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#define NAME_LENGTH_MAX 128

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
