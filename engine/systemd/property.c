/* SPDX-License-Identifier: MIT */
#include "systemd/property.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 128
#define BYTES_MAX 1024

static int append_number(sd_bus_message *message, char type, const char *value)
{
	bool is_signed = type == 'i' || type == 'x';
	char *end;
	int64_t number;

	errno = 0;
	number = is_signed ? strtoll(value, &end, 10) : (int64_t)strtoull(value, &end, 10);
	if (errno || end == value || *end)
		return -EINVAL;
	if (type == 'u' || type == 'i')
		return sd_bus_message_append_basic(message, type, &(uint32_t) { (uint32_t)number });
	return sd_bus_message_append_basic(message, type, &number);
}

static int append_strings(sd_bus_message *message, const char *value)
{
	char *copy = strdup(value);
	char *rest = copy;
	char *one;
	int r = copy ? sd_bus_message_open_container(message, 'a', "s") : -ENOMEM;

	while (r >= 0 && *value && (one = strsep(&rest, ",")))
		r = sd_bus_message_append_basic(message, 's', one);
	free(copy);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_bytes(sd_bus_message *message, const char *value)
{
	unsigned char bytes[BYTES_MAX];
	size_t len = strlen(value) / 2;

	if (len > sizeof(bytes) || strlen(value) % 2)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (sscanf(value + 2 * i, "%2hhx", &bytes[i]) != 1)
			return -EINVAL;
	return sd_bus_message_append_array(message, 'y', bytes, len);
}

static int append_value(sd_bus_message *message, const char *type, const char *value)
{
	if (strcmp(type, "s") == 0)
		return sd_bus_message_append_basic(message, 's', value);
	if (strcmp(type, "b") == 0)
		return sd_bus_message_append_basic(message, 'b',
						   &(int) { strcmp(value, "true") == 0 });
	if (strcmp(type, "as") == 0)
		return append_strings(message, value);
	if (strcmp(type, "ay") == 0)
		return append_bytes(message, value);
	if (strlen(type) == 1 && strchr("tuix", *type))
		return append_number(message, *type, value);
	return -EINVAL;
}

int property_append(sd_bus_message *message, const char *text)
{
	const char *equals = strchr(text, '=');
	const char *colon = equals ? strchr(equals, ':') : NULL;
	char name[NAME_MAX_LEN];
	char type[4];
	int r;

	if (!colon || (size_t)(equals - text) >= sizeof(name) ||
	    (size_t)(colon - equals - 1) >= sizeof(type))
		return -EINVAL;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
	(void)snprintf(type, sizeof(type), "%.*s", (int)(colon - equals - 1), equals + 1);
	r = sd_bus_message_open_container(message, 'r', "sv");
	if (r >= 0)
		r = sd_bus_message_append_basic(message, 's', name);
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'v', type);
	if (r >= 0)
		r = append_value(message, type, colon + 1);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	return r < 0 ? r : sd_bus_message_close_container(message);
}
