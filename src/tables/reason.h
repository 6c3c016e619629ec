/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REASON_H
#define REASON_H

#include <stdint.h>

/*
 * Why a job is queued (jobQueueReason of the API), as one line for people. It begins with the
 * vendor's name of the reason, so that people can search for it. Never NULL.
 */
const char *reason_text(uint32_t reason);

#endif
