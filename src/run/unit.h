/* unit: files that are whole or not there, and the file of one finished unit of work.
 *
 * A unit file is text, version 1:
 *     mntk-unit 1
 *     fingerprint <64 hex digits>
 *     cell 3
 *     repetition 7
 *     count 2
 *     core SkylakeX
 *     sha256 <64 hex digits, over all lines but this one>
 *     0.10000000000000001
 *     nan
 * Every value stands with 17 digits, so it reads back to the same bits (a NaN to the NaN of <math.h>). */
#ifndef RUN_UNIT_H
#define RUN_UNIT_H

#include <stddef.h>
#include "run/error.h"

/* --- whole files --- */

/* Makes the folder and those above it that are missing. FAILED with path and reason. */
status folder_make(const char *path);

/* Writes `size` bytes to `path` via a temporary name in the same folder, which is made if missing. A symbolic link is
 * followed; what is not a regular file is refused. FAILED with path and reason; nothing is left behind. */
status file_write_whole(const char *path, const void *bytes, size_t size);

/* Reads the regular file `path` of at most `limit` bytes; *bytes has one 0 byte after its *size bytes; owner: the
 * caller, free(). BAD_INPUT with path and reason. */
status file_read_whole(const char *path, size_t limit, char **bytes, size_t *size);

/* --- the file of a unit --- */

#define UNIT_CORE_SIZE 64

typedef struct {
    const char *fingerprint; /* 64 hex digits */
    size_t cell, repetition;
    size_t count;            /* values */
} unit_key;

typedef enum { UNIT_WHOLE, UNIT_MISSING, UNIT_DAMAGED } unit_state;

/* The file's text for values (key->count) computed on processor `core`, a word of at most UNIT_CORE_SIZE - 1 bytes.
 * *bytes is the caller's, free(). FAILED with a line. */
status unit_format(const unit_key *key, const char *core, const double *values, char **bytes, size_t *size);

/* The inverse: fills values (key->count) and core. Takes any bytes whatever; OK only if they are what unit_format
 * makes of these values, this core and this key. BAD_INPUT with the reason, without a path. */
status unit_parse(const char *bytes, size_t size, const unit_key *key, double *values, char core[UNIT_CORE_SIZE]);

/* Writes the unit's file whole. FAILED with path and reason. */
status unit_write(const char *path, const unit_key *key, const char *core, const double *values);

/* Reads the unit's file; when it is damaged, error_text() has path and reason. */
unit_state unit_read(const char *path, const unit_key *key, double *values, char core[UNIT_CORE_SIZE]);

#endif
