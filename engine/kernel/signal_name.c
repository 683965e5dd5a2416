/* SPDX-License-Identifier: MIT */
#include "kernel/signal_name.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <signal.h>
#include <string.h>

struct signal_fact {
	const char *name;
	int number;
};

static const struct signal_fact signals[] = {
	{ "HUP", SIGHUP },   { "INT", SIGINT },	      { "QUIT", SIGQUIT }, { "ILL", SIGILL },
	{ "TRAP", SIGTRAP }, { "ABRT", SIGABRT },     { "BUS", SIGBUS },   { "FPE", SIGFPE },
	{ "KILL", SIGKILL }, { "USR1", SIGUSR1 },     { "SEGV", SIGSEGV }, { "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE }, { "ALRM", SIGALRM },     { "TERM", SIGTERM }, { "STKFLT", SIGSTKFLT },
	{ "CHLD", SIGCHLD }, { "CONT", SIGCONT },     { "STOP", SIGSTOP }, { "TSTP", SIGTSTP },
	{ "TTIN", SIGTTIN }, { "TTOU", SIGTTOU },     { "URG", SIGURG },   { "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ }, { "VTALRM", SIGVTALRM }, { "PROF", SIGPROF }, { "WINCH", SIGWINCH },
	{ "IO", SIGIO },     { "PWR", SIGPWR },	      { "SYS", SIGSYS },
};

/* The kernel's, not the C library's SIGRTMIN, which keeps the first ones for itself. */
#define KERNEL_SIGRTMIN 34
#define KERNEL_SIGMAX 64

int signal_parse(const char *text, int *ret_signal, struct containr_error *err)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	int64_t number;
	struct containr_error ignored;

	if (parse_int64(text, "signal", 1, KERNEL_SIGMAX, &number, &ignored) == 0) {
		*ret_signal = (int)number;
		return 0;
	}
	if (strncasecmp(name, "RTMIN+", 6) == 0 &&
	    parse_int64(name + 6, "signal", 0, KERNEL_SIGMAX - KERNEL_SIGRTMIN, &number,
			&ignored) == 0) {
		*ret_signal = KERNEL_SIGRTMIN + (int)number;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		if (strcasecmp(signals[i].name, name) == 0) {
			*ret_signal = signals[i].number;
			return 0;
		}
	}
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "'%s' is no signal", text);
	return fail_hint(err, "write a name such as SIGTERM or a number from 1 to 64");
}

const char *signal_name(int number)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (signals[i].number == number)
			return signals[i].name;
	return NULL;
}
