/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REASON_H
#define REASON_H

#include <stdint.h>

/*
 * Why a job is queued, jobQueueReason of the API, as one line for a person. It begins with the
 * vendor's own word for it, which can be searched for. Never NULL.
 */
const char *reason_text(uint32_t reason);

#endif
