/* Header of a .npy file: the text that says what its bytes are, a Python dict literal such as
 *     {'descr': '<f4', 'fortran_order': False, 'shape': (1000, 64), }
 * Format: numpy.lib.format. Used by npy.c alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IO_NPY_HEADER_H
#define IO_NPY_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "io/npy.h"

#define NPY_HEADER_ROOM 256 /* bytes that hold the header of any npy_output */

typedef struct {
    char type[8];               /* as in npy_array */
    size_t item;                /* bytes of one entry in the file: 1, 2, 4 or 8 */
    bool fortran;               /* first index fastest, else last */
    int rank;                   /* 0..NPY_MAX_RANK */
    size_t shape[NPY_MAX_RANK]; /* first `rank` entries; the others are 1 */
    size_t count;               /* product of shape; count * sizeof(double) does not overflow */
} npy_header;

/* Takes the dict literal text[0..length), with its keys in any order. BAD_INPUT, the line starting
 * with `where`, for anything that is not exactly that dict, for types that npz_read does not take,
 * rank > 4 and overflowing shapes. */
status npy_header_parse(const char *where, const char *text, size_t length, npy_header *header);

/* Writes magic, version 1.0, length and dict of `array`, padded with blanks to a multiple of 64
 * bytes, as NumPy does. text: caller's, NPY_HEADER_ROOM bytes. Returns its length. Type and rank
 * are the caller's to check. */
size_t npy_header_write(const npy_output *array, char *text);

#endif
