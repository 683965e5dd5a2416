/* SPDX-License-Identifier: MIT */
#include "kernel/netdev.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_SIZE 512
#define REPLY_SIZE 32768
#define ADDRESSES_MAX 32
#define ADDRESS_SIZE 16

/* One address as it is added again: its message, and the attributes that make it the same. */
struct address {
	struct ifaddrmsg message;
	unsigned char address[ADDRESS_SIZE];
	unsigned char local[ADDRESS_SIZE];
	unsigned char broadcast[ADDRESS_SIZE];
	size_t address_len;
	size_t local_len;
	size_t broadcast_len;
};

struct addresses {
	struct address items[ADDRESSES_MAX];
	size_t count;
};

struct request {
	union {
		struct nlmsghdr header;
		unsigned char bytes[REQUEST_SIZE];
	};
};

static void *begin(struct request *request, uint16_t type, uint16_t flags, size_t size)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_LENGTH((uint32_t)size);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	request->header.nlmsg_seq = 1;
	return NLMSG_DATA(&request->header);
}

static void put(struct request *request, uint16_t type, const void *data, size_t size)
{
	uint32_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr *attribute = (struct rtattr *)(void *)(request->bytes + at);

	if (at + RTA_SPACE(size) > sizeof(request->bytes))
		return; /* the largest request is less than half of it */
	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(size);
	memcpy(RTA_DATA(attribute), data, size);
	request->header.nlmsg_len = at + (uint32_t)RTA_SPACE(size);
}

/* Sends it and waits for the kernel's word; -1 with errno. */
static int talk(int socket, struct request *request)
{
	union {
		struct nlmsghdr header;
		unsigned char bytes[1024];
	} reply;
	const struct nlmsgerr *word = NLMSG_DATA(&reply.header);
	ssize_t got;

	request->header.nlmsg_flags |= NLM_F_ACK;
	if (send(socket, request, request->header.nlmsg_len, 0) < 0)
		return -1;
	do
		got = recv(socket, &reply, sizeof(reply), 0);
	while (got < 0 && errno == EINTR);
	if (got < (ssize_t)NLMSG_LENGTH(sizeof(*word)) || reply.header.nlmsg_type != NLMSG_ERROR) {
		errno = got < 0 ? errno : EPROTO;
		return -1;
	}
	errno = -word->error;
	return word->error ? -1 : 0;
}

static void take(unsigned char *to, size_t *ret_len, struct rtattr *attribute)
{
	size_t len = RTA_PAYLOAD(attribute);

	if (len > ADDRESS_SIZE)
		return;
	memcpy(to, RTA_DATA(attribute), len);
	*ret_len = len;
}

/* Those that would be there again after a restart of the host: not the kernel's own, nor a lease. */
static void take_address(struct nlmsghdr *header, unsigned int index, struct addresses *out)
{
	struct ifaddrmsg *message = NLMSG_DATA(header);
	struct address *one = &out->items[out->count];
	size_t rest = IFA_PAYLOAD(header);
	struct rtattr *at = IFA_RTA(message);

	if (header->nlmsg_type != RTM_NEWADDR || message->ifa_index != index ||
	    message->ifa_scope != RT_SCOPE_UNIVERSE || !(message->ifa_flags & IFA_F_PERMANENT) ||
	    out->count == ADDRESSES_MAX)
		return;
	memset(one, 0, sizeof(*one));
	one->message = *message;
	/* RTA_NEXT() of linux/rtnetlink.h mixes signs */
	while (rest >= sizeof(*at) && at->rta_len >= sizeof(*at) && at->rta_len <= rest) {
		size_t step = RTA_ALIGN(at->rta_len);

		if (at->rta_type == IFA_ADDRESS)
			take(one->address, &one->address_len, at);
		else if (at->rta_type == IFA_LOCAL)
			take(one->local, &one->local_len, at);
		else if (at->rta_type == IFA_BROADCAST)
			take(one->broadcast, &one->broadcast_len, at);
		rest -= step < rest ? step : rest;
		at = (void *)((unsigned char *)at + step);
	}
	out->count++;
}

static int list_addresses(int socket, unsigned int index, struct addresses *out)
{
	struct request request;
	union {
		struct nlmsghdr header;
		unsigned char bytes[REPLY_SIZE];
	} reply;

	out->count = 0;
	(void)begin(&request, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
	if (send(socket, &request, request.header.nlmsg_len, 0) < 0)
		return -1;
	for (;;) {
		ssize_t got = recv(socket, &reply, sizeof(reply), 0);
		size_t rest = got < 0 ? 0 : (size_t)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		for (struct nlmsghdr *at = &reply.header; NLMSG_OK(at, rest);
		     at = NLMSG_NEXT(at, rest)) {
			if (at->nlmsg_type == NLMSG_DONE)
				return 0;
			if (at->nlmsg_type == NLMSG_ERROR)
				return -1;
			take_address(at, index, out);
		}
	}
}

static int move(int socket, unsigned int index, const char *new_name, int netns)
{
	struct request request;
	struct ifinfomsg *message = begin(&request, RTM_NEWLINK, 0, sizeof(*message));

	message->ifi_index = (int)index;
	put(&request, IFLA_NET_NS_FD, &netns, sizeof(netns));
	put(&request, IFLA_IFNAME, new_name, strlen(new_name) + 1);
	return talk(socket, &request);
}

static int bring_up(int socket, unsigned int index)
{
	struct request request;
	struct ifinfomsg *message = begin(&request, RTM_NEWLINK, 0, sizeof(*message));

	message->ifi_index = (int)index;
	message->ifi_flags = IFF_UP;
	message->ifi_change = IFF_UP;
	return talk(socket, &request);
}

static int add_address(int socket, unsigned int index, const struct address *one)
{
	struct request request;
	struct ifaddrmsg *message =
		begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*message));

	*message = one->message;
	message->ifa_index = index;
	message->ifa_flags = IFA_F_PERMANENT;
	if (one->local_len)
		put(&request, IFA_LOCAL, one->local, one->local_len);
	if (one->address_len)
		put(&request, IFA_ADDRESS, one->address, one->address_len);
	if (one->broadcast_len)
		put(&request, IFA_BROADCAST, one->broadcast, one->broadcast_len);
	/* moving with its addresses is what no kernel does today; one that does is fine */
	return talk(socket, &request) < 0 && errno != EEXIST ? -1 : 0;
}

static int open_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

/* In the other namespace: the number of a device may be another one there. */
static int set_up(const char *name, const struct addresses *addresses)
{
	autoclose int socket = open_socket();
	unsigned int index = if_nametoindex(name);
	int r = socket < 0 || !index ? -1 : 0;

	for (size_t i = 0; i < addresses->count && r == 0; i++)
		r = add_address(socket, index, &addresses->items[i]);
	return r < 0 ? r : bring_up(socket, index);
}

static int enter(int netns, struct containr_error *err)
{
	if (setns(netns, CLONE_NEWNET) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot enter a network namespace");
	return 0;
}

/* The kernel moves first and renames then: what it cannot rename would be lost to the host. */
static int check_name(const char *there, int own, int netns, struct containr_error *err)
{
	int r = enter(netns, err);
	bool is_taken = r == 0 && if_nametoindex(there) > 0;

	if (r == 0)
		r = enter(own, err);
	if (r < 0 || !is_taken)
		return r;
	errno = EEXIST;
	return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
			"the container's network has a device '%s' already", there);
}

int netdev_move(const char *name, const char *new_name, int netns, struct containr_error *err)
{
	const char *there = new_name && *new_name ? new_name : name;
	autoclose int own = openat(AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	autoclose int socket = open_socket();
	struct addresses addresses;
	unsigned int index = if_nametoindex(name);
	int r;

	if (!index)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot find the network device '%s'", name);
	if (own < 0 || socket < 0 || list_addresses(socket, index, &addresses) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot read the addresses of network device '%s'", name);
	r = check_name(there, own, netns, err);
	if (r < 0)
		return r;
	if (move(socket, index, there, netns) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot move network device '%s' to the container as '%s'", name,
				there);
	r = enter(netns, err);
	if (r < 0)
		return r;
	r = set_up(there, &addresses);
	if (r < 0)
		r = fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
			     "cannot set up network device '%s' in the container", there);
	if (r == 0)
		return enter(own, err);
	(void)setns(own, CLONE_NEWNET);
	return r;
}
