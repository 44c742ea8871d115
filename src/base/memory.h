/* Memory that may be taken.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

/* Bytes of memory that may be taken now: what is free in the machine (MemAvailable), in the control
 * groups of this process and under its own limits (ulimit -v, -d), whichever is least; >= 1; 0: not
 * known. */
double memory_available(void);

#endif
