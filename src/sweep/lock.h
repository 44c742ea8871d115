/* Locks of units in work, among processes and machines that compute the same sweep in one
 * folder.
 *
 * FOLDER/.lock has no bytes; locking a byte range of it stands for computing a unit. The system
 * frees the locks of a process however it ends. Where the file system knows no locks every unit
 * counts as free: two processes may then compute the same unit, to the same bytes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SWEEP_LOCK_H
#define SWEEP_LOCK_H

#include <stdbool.h>
#include <stddef.h>

/* Opens FOLDER/.lock for the routines below; -1 if that cannot be (they take it). */
int lock_open(const char *folder);
void lock_close(int locks);

/* Removes FOLDER/.lock, for a folder that holds nothing else. */
void lock_forget(const char *folder);

/* False if another process has the unit in work; otherwise nobody else takes it until lock_drop. */
bool lock_take(int locks, size_t cell, size_t repetition);
void lock_drop(int locks, size_t cell, size_t repetition);

/* True if another process has some unit in work. */
bool lock_others(int locks);

#endif
