#include "run/memory.h"

#include <stdio.h>

double memory_available(void)
{
    double kilobytes = 0.0;
    FILE *file = fopen("/proc/meminfo", "re");
    if (!file)
        return 0.0;
    char line[256];
    while (fgets(line, sizeof line, file) && sscanf(line, "MemAvailable: %lf kB", &kilobytes) != 1)
        kilobytes = 0.0;
    fclose(file); /* read only: its result has no bearing */
    return 1024.0 * kilobytes;
}
