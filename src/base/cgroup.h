/* Limits of the control groups of this process, as containers and schedulers set them.
 * The lowest floor: it needs nothing of the project.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_CGROUP_H
#define BASE_CGROUP_H

/* root: "" for this system; a folder that holds proc/self and the mount points named there, in a
 * test.
 *
 * The group itself and all above it count, in both versions of control groups. What cannot be read
 * sets no limit. */

/* Processors that the quota of processor time amounts to, > 0 and perhaps below 1; INFINITY: no
 * quota. */
double cgroup_processors(const char *root);

/* Bytes of memory that may still be taken before a limit is met, >= 0; INFINITY: no limit. File
 * pages that have not been used of late count as free: the kernel drops them first. */
double cgroup_memory(const char *root);

#endif
