/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/cgroup.h"

/* A line "KEY: N kB" of a file of /proc, in bytes; `otherwise` if it has none. */
static double bytes_in(const char *path, const char *key, double otherwise) {
    char line[256], name[64];
    double kilobytes, bytes = otherwise;
    FILE *file = fopen(path, "re");
    if (!file) { return otherwise; }
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%63[^:]: %lf kB", name, &kilobytes) == 2 && strcmp(name, key) == 0) {
            bytes = 1024.0 * kilobytes;
        }
    }
    fclose(file); /* read only: its result has no bearing */
    return bytes;
}

/* What a limit of the process leaves of what `key` counts. */
static double left_under(__rlimit_resource_t resource, const char *key) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) { return INFINITY; }
    return (double)limit.rlim_cur - bytes_in("/proc/self/status", key, 0.0);
}

double memory_available(void) {
    double least = bytes_in("/proc/meminfo", "MemAvailable", INFINITY);
    least = fmin(least, cgroup_memory(""));
    least = fmin(least, left_under(RLIMIT_AS, "VmSize"));
    least = fmin(least, left_under(RLIMIT_DATA, "VmData"));
    return isfinite(least) ? fmax(least, 1.0) : 0.0;
}
