/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/condition.h"

#include <time.h>

void condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

void condition_await(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t end)
{
	struct timespec until = {.tv_sec = (time_t)(end / 1000),
				 .tv_nsec = (long)(end % 1000) * 1000000};

	pthread_cond_timedwait(condition, mutex, &until);
}
