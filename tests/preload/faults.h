/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdint.h>

/* What the test has set, in a file that both have mapped. All is zero at the start. */
struct faults {
	int64_t clock;	/* seconds that the clock is ahead of the true one */
	int no_threads; /* pthread_create fails */
	int slow_disk;	/* fsync and fdatasync do not return */
	int hanging;	/* how many of them have begun not to */
};

#endif
