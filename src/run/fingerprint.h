/* fingerprint: SHA-256 over all that decides the bytes of a unit of work. */
#ifndef RUN_FINGERPRINT_H
#define RUN_FINGERPRINT_H

#include "run/error.h"

/* 64 hex digits over program, the running executable, precision and settings. FAILED if the executable cannot be read. */
status fingerprint_of(const char *program, const char *settings, char fingerprint[65]);

#endif
