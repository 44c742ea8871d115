/* Where a result comes from: version, compiler, libraries, processor, date.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLI_PROVENANCE_H
#define CLI_PROVENANCE_H

#include <stddef.h>
#include "io/table.h"

/* The project's version: the first line of the file VERSION beside the executable, or of the
 * installed one; "unknown" if there is none. text: the caller's, size bytes. */
void provenance_version(char *text, size_t size);

/* Provenance lines: version, compiler and flags, library versions, OpenBLAS core, precision, date,
 * host. */
void provenance_note(table *t);

#endif
