/* SPDX-License-Identifier: MIT */
#ifndef SYSTEMD_PROPERTY_H
#define SYSTEMD_PROPERTY_H

#include <systemd/sd-bus.h>

/**
 * Appends a property of a unit to a message, as the (sv) of an a(sv).
 *
 * @text: NAME=TYPE:VALUE of systemd.h
 * Returns 0 or a negated errno, EINVAL for what is no property.
 */
int property_append(sd_bus_message *message, const char *text);

#endif
