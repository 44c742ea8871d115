/* The clock of calibrations.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Seconds that the calling thread has computed: waiting for a processor that others hold is not in
 * them. */
double clock_thread(void);

#endif
