/* The file of one finished unit of work.
 *
 * Its name says cell and repetition, 0003-0007.unit. A unit file is text, version 1:
 *     mntk-unit 1
 *     fingerprint <64 hex digits>
 *     cell 3
 *     repetition 7
 *     count 2
 *     core SkylakeX
 *     sha256 <64 hex digits, over all lines but this one>
 *     0.10000000000000001
 *     nan
 * Every value stands with 17 digits, so it reads back to the same bits (a NaN to the NaN of
 * <math.h>).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SWEEP_UNIT_H
#define SWEEP_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"

#define UNIT_CORE_SIZE 64

typedef struct {
    const char *fingerprint; /* 64 hex digits */
    size_t cell, repetition;
    size_t count; /* values */
} unit_key;

typedef enum { UNIT_WHOLE, UNIT_MISSING, UNIT_DAMAGED } unit_state;

/* FOLDER/0003-0007.unit for cell 3, repetition 7; the caller's, free(). NULL and a kept line if
 * there is no memory. */
char *unit_path(const char *folder, const unit_key *key);

/* The inverse for a name without its folder; false if it is not a unit's. */
bool unit_name_read(const char *name, size_t *cell, size_t *repetition);

/* The file's text for values (key->count) computed on processor `core`, a word of at most
 * UNIT_CORE_SIZE - 1 bytes. *bytes is the caller's, free(). FAILED with a line. */
status unit_format(const unit_key *key, const char *core, const double *values, char **bytes,
                   size_t *size);

/* The inverse: fills values (key->count) and core. Takes any bytes whatever; OK only if they are
 * what unit_format makes of these values, this core and this key. BAD_INPUT with the reason,
 * without a path. */
status unit_parse(const char *bytes, size_t size, const unit_key *key, double *values,
                  char core[UNIT_CORE_SIZE]);

/* Writes the unit's file whole, without waiting for the disk: one that a power cut damaged is
 * noticed and computed again. FAILED with path and reason. */
status unit_write(const char *path, const unit_key *key, const char *core, const double *values);

/* Reads the unit's file; when it is damaged, error_text() has path and reason. */
unit_state unit_read(const char *path, const unit_key *key, double *values,
                     char core[UNIT_CORE_SIZE]);

/* Adds the processor's name to the list of those that computed, "Haswell,SkylakeX" (size bytes),
 * unless it is there. */
void unit_core_add(char *cores, size_t size, const char *core);

#endif
