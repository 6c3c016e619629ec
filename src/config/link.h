/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>

/*
 * Symbolic links at a name that the administrator has given. What manages secrets and certificates
 * often puts links there, so they are followed. But where anybody may put a link, it leads wherever
 * anybody wants.
 */

/*
 * Whether a link at PATH counts as the administrator's. Its folder must belong to root or to this
 * user. Not everybody may write in it; or it has the sticky bit, and the link belongs to one of
 * these.
 */
bool link_is_trusted(const char *path);

/*
 * Opens PATH as open(2) does, with O_CLOEXEC. A link that is not trusted is refused with EPERM. The
 * file is opened without a link first, so nobody can put one there in between.
 */
int link_open(const char *path, int flags);

/* The text for ERROR, the errno of link_open. */
const char *link_error(int error);

#endif
