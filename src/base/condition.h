/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONDITION_H
#define CONDITION_H

#include <pthread.h>
#include <stdint.h>

/* Conditions of threads whose waits do not depend on the clock that people set. */

/* To be destroyed with pthread_cond_destroy. */
void condition_init(pthread_cond_t *condition);

/* Waits for CONDITION with MUTEX, until the instant END of timefmt_monotonic at most. */
void condition_await(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t end);

#endif
