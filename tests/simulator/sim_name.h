/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_NAME_H
#define SIM_NAME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Names of policies and clients. Each is known by a number, -1 for none, from which its name
 * follows: first the usual ones, then any number of the form policy-00017, then the long ones.
 */

enum {
	SIM_NAME_SIZE = 256, /* of the longest, with its end */
	SIM_NAME_MAX = 100000,
	/* Clients that are never drawn, but named by jobs that are there to start others. */
	SIM_NAME_PRIMARY = 998,
	SIM_NAME_BACKUP_HOST = 999,
	SIM_NAME_LONG = 1 << 20, /* the first of the long names */
	SIM_NAME_LONGS = 7,
};

/*
 * Draws a policy: one of the usual ones, by its weight, when `count` is 0, else one of `count`
 * numbered ones. Of those the n-th comes up 1/n as often as the first; each eighth is a hundred
 * times rarer than that. With `long_names` one draw in ten is a long name instead.
 */
int sim_name_pick_policy(int count, bool long_names, uint64_t noise);

/* Draws a client likewise, but all about equally often. */
int sim_name_pick_client(int count, bool long_names, uint64_t noise);

/* The name, "" for -1. */
void sim_name_policy(int policy, char name[SIM_NAME_SIZE]);
void sim_name_client(int client, char name[SIM_NAME_SIZE]);

int sim_name_policy_type(int policy);

/* The policy of that name, -1 when sim_name_pick_policy never draws it. */
int sim_name_find_policy(int count, bool long_names, const char *name);

#endif
