/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_SECURITY_H
#define SIM_SECURITY_H

#include "sim_resource.h"

/* The member "relationships", for those that have it. */
void sim_security_relate(struct sim_writer *writer, const struct sim_element *element);

/* The attributes; a certificate is nothing else. */
void sim_security_anomaly(struct sim_writer *writer, const struct sim_element *element);
void sim_security_certificate(struct sim_writer *writer, const struct sim_element *element);
void sim_security_key(struct sim_writer *writer, const struct sim_element *element);
void sim_security_scan(struct sim_writer *writer, const struct sim_element *element);

#endif
