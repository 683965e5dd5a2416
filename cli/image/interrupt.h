/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_INTERRUPT_H
#define CLI_IMAGE_INTERRUPT_H

#include <signal.h>

/* How a signal tells long work that it shall stop and tidy up. */

/** The signal that was caught; 0 for none. */
extern volatile sig_atomic_t interrupt_signal;

/** Catches what people and systems end programs with. A second signal ends the program at once. */
void interrupt_catch(void);

/** Ends by the signal that was caught, as whoever sent it expects; does nothing without one. */
void interrupt_end(void);

#endif
