/* memory: what there is to take. The lowest floor: it needs nothing of the project. */
#ifndef RUN_MEMORY_H
#define RUN_MEMORY_H

/* Bytes of memory that are free to take now (MemAvailable); 0: not known. */
double memory_available(void);

#endif
