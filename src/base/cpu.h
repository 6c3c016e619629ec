/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CPU_H
#define CPU_H

#include <stdbool.h>

/*
 * Threads that fetch take turns to compute: no more of them at a time than there are CPUs. With
 * hundreds of them the system may stop one while it holds a lock of the memory allocator, and run
 * all others before it again. The thread that answers SNMP would wait for that lock meanwhile.
 *
 * Who has a turn and computes nothing for a while, as where a disk hangs, does not count any more.
 */

/* Waits for a turn: who comes first is first. The calling thread must have none. */
void cpu_take(void);

/* Before the thread waits for something, and at its end. False, and no more, where it has none. */
bool cpu_give(void);

/* Lets those go first that wait. For threads that compute for long; nothing without a turn. */
void cpu_share(void);

#endif
