/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_name.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim_kind.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum {
	NUMBERED = 1000, /* the first of the numbered names; there are fewer usual ones */
	LONG_EVERY = 10,
	RARE_EVERY = 8,
	RARITY = 100,
	CLIENTS_PER_FORM = 40,
};

static const char *const client_forms[] = {
    "esx-%02d.sim.test", "db-%02d.sim.test",	"file%02d.sim.test", "web%02d.sim.test",
    "büro-%02d",	 "サーバ%02d.sim.test", "o'neil-%02d",	     "mail%02d.sim.test",
};

/*
 * Around the limits of an index string (64 octets) and of a policy's name in NetBackup (255): the
 * unit again and again, then the tail. The two planets differ behind octet 64 only.
 */
static const struct long_name {
	size_t octets;
	const char *unit;
	const char *tail;
} long_names[SIM_NAME_LONGS] = {
    {64, "long-", ""},	     {65, "long-", ""}, {255, "long-", ""},  {72, "größe-", "-mars"},
    {72, "größe-", "-eris"}, {64, "été-", ""},	{255, "夜間-", "."},
};

static void write_long(const char *prefix, int which, char name[SIM_NAME_SIZE])
{
	const struct long_name *form = &long_names[which];
	size_t body = form->octets - strlen(form->tail);
	size_t size = strlen(prefix);

	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the end follows */
	memcpy(name, prefix, size);
	for (; size + strlen(form->unit) <= body; size += strlen(form->unit))
		memcpy(name + size, form->unit, strlen(form->unit));
	for (; size < body; size++)
		name[size] = '-';
	memcpy(name + size, form->tail, strlen(form->tail) + 1);
}

static bool is_long(bool wanted, uint64_t noise)
{
	return wanted && (noise >> 48) % LONG_EVERY == 0;
}

static int pick_long(uint64_t noise)
{
	return SIM_NAME_LONG + (int)((noise >> 32) % SIM_NAME_LONGS);
}

/* From 0 to less than `count`, skewed. */
static int pick_rank(int count, uint64_t noise)
{
	double part = (double)(noise & UINT32_MAX) / ((double)UINT32_MAX + 1);
	int rank = (int)pow(count + 1, part) - 1;

	if (rank % RARE_EVERY == RARE_EVERY - 1 && (noise >> 32 & 0xffff) % RARITY != 0)
		rank--;
	return rank;
}

int sim_name_pick_policy(int count, bool long_too, uint64_t noise)
{
	if (is_long(long_too, noise))
		return pick_long(noise);
	return count ? NUMBERED + pick_rank(count, noise) : sim_kind_pick_policy(noise);
}

int sim_name_pick_client(int count, bool long_too, uint64_t noise)
{
	uint64_t usual = CLIENTS_PER_FORM * (uint64_t)COUNT(client_forms);

	if (is_long(long_too, noise))
		return pick_long(noise);
	return count ? NUMBERED + (int)(noise % (uint64_t)count) : (int)(noise % usual);
}

static void write_numbered(const char *prefix, int number, char name[SIM_NAME_SIZE])
{
	if (number >= SIM_NAME_LONG)
		write_long(prefix, number - SIM_NAME_LONG, name);
	else
		snprintf(name, SIM_NAME_SIZE, "%s%05d", prefix, number - NUMBERED);
}

void sim_name_policy(int policy, char name[SIM_NAME_SIZE])
{
	if (policy >= NUMBERED)
		write_numbered("policy-", policy, name);
	else
		snprintf(name, SIM_NAME_SIZE, "%s", policy < 0 ? "" : sim_kind_policy_name(policy));
}

void sim_name_client(int client, char name[SIM_NAME_SIZE])
{
	name[0] = '\0';
	if (client >= NUMBERED)
		write_numbered("client-", client, name);
	else if (client >= SIM_NAME_PRIMARY)
		snprintf(name, SIM_NAME_SIZE, "%s.sim.test",
			 client == SIM_NAME_PRIMARY ? "primary" : "backup-host");
	else if (client >= 0) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		/* cppcheck-suppress arrayIndexOutOfBoundsCond ; larger ones are dealt with above */
		snprintf(name, SIM_NAME_SIZE, client_forms[client / CLIENTS_PER_FORM],
			 client % CLIENTS_PER_FORM);
#pragma GCC diagnostic pop
	}
}

int sim_name_policy_type(int policy)
{
	if (policy < 0)
		return -1;
	if (policy < NUMBERED)
		return sim_kind_policy_type(policy);
	return (policy - (policy < SIM_NAME_LONG ? NUMBERED : SIM_NAME_LONG)) %
	       sim_kind_policy_types();
}

static int find_among(int first, int count, const char *wanted)
{
	char name[SIM_NAME_SIZE];

	for (int policy = first; policy < first + count; policy++) {
		sim_name_policy(policy, name);
		if (strcmp(name, wanted) == 0)
			return policy;
	}
	return -1;
}

int sim_name_find_policy(int count, bool long_too, const char *name)
{
	int policy =
	    count ? find_among(NUMBERED, count, name) : find_among(0, sim_kind_policies(), name);

	if (policy < 0 && long_too)
		policy = find_among(SIM_NAME_LONG, SIM_NAME_LONGS, name);
	return policy;
}
