/* SPDX-License-Identifier: MIT */
#include "cli/image/interrupt.h"

#include "base/cleanup.h"

volatile sig_atomic_t interrupt_signal;

static void catch_signal(int number)
{
	interrupt_signal = number;
}

/* No SA_RESTART: a read that waits has to return. */
void interrupt_catch(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = catch_signal, .sa_flags = (int)SA_RESETHAND };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		(void)sigaction(numbers[i], &action, NULL);
}

void interrupt_end(void)
{
	if (!interrupt_signal)
		return;
	(void)signal(interrupt_signal, SIG_DFL);
	(void)raise(interrupt_signal);
}
