/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SERVICE_H
#define SERVICE_H

/*
 * What a service manager is told of this process: the protocol of sd_notify(3), datagrams to
 * $NOTIFY_SOCKET. Without that variable, and where the socket takes nothing, nothing happens. For
 * the main thread.
 */
struct service;

/* Reads the environment. To be freed with service_close. */
struct service *service_open(void);

/* The process does its work, after its start or after service_reloading. */
void service_ready(struct service *service);

/* It reads its configuration again; service_ready follows. */
void service_reloading(struct service *service);

/* It ends. */
void service_stopping(struct service *service);

/* A line for people. One that has been told already is not told again. */
void service_status(struct service *service, const char *text);

/*
 * Tells the watchdog that this thread is alive, if that is due: twice in the time after which the
 * manager would end the process. Tells again that the process is ready, where the manager did not
 * take it. Returns when to call it again, in milliseconds; -1 = any time.
 */
int service_turn(struct service *service);

/* NULL is fine. */
void service_close(struct service *service);

#endif
