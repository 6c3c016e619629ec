/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FETCH_CA_H
#define FETCH_CA_H

/*
 * --fetch-ca: asks the primary server at URL for the certificate of its own CA, and shows what is
 * needed to compare it by another way. Nothing is written without FINGERPRINT (SHA-256; NULL = none
 * is given): then the certificate that has it goes to the file OUTPUT, which is replaced in one
 * piece, or to standard output where that is NULL. Returns an exit status of options.h.
 */
int fetch_ca_run(const char *url, const char *fingerprint, const char *output);

#endif
