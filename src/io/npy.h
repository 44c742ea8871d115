/* Arrays in NumPy's .npy format (version 1-3), alone or as members of a .npz
 * (a zip file, stored or deflated; read with libzip). Format: numpy.lib.format.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IO_NPY_H
#define IO_NPY_H

#include <stddef.h>
#include "base/error.h"

#define NPY_MAX_RANK 4

typedef struct {
    char type[8]; /* dtype as in the header without byte order: "f4", "f8", "i8", "u1", "b1" */
    int rank;     /* 0..NPY_MAX_RANK; 0 is a scalar */
    size_t shape[NPY_MAX_RANK]; /* first `rank` entries; the others are 1 */
    size_t count;               /* product of shape */
    double *values;             /* (count) C order, whatever the file's order; owned by the array */
} npy_array;

/* Reads the array `name` of the .npz `path`: the member NAME.npy, or NAME as some libraries write
 * it. Takes little-endian f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1, C or Fortran order; integers beyond
 * 2^53 are refused. BAD_INPUT with path, array and cure for: no such file, not a zip, missing array
 * (with those that are there), two of the name that differ, broken header, other dtype, big-endian,
 * rank > 4, negative or overflowing shape, data shorter or longer than the shape says, bad
 * checksum. NaN and Inf pass: what a value may be is the reader's business. */
status npz_read(const char *path, const char *name, npy_array *array);

/* 1 if the .npz has the array `name`, else 0 (also when the file cannot be read). */
int npz_has(const char *path, const char *name);

/* *value <- the one number in [low, high] of the array `name`, left as it is where there is no such
 * array. BAD_INPUT as npz_read; `range`, "(0, 1]", is what the line about another value says. */
status npz_scalar(const char *path, const char *name, double low, double high, const char *range,
                  double *value);

/* Frees values; safe on a zeroed array and twice. */
void npy_free(npy_array *array);

/* One array to be written: doubles in C order, stored as "f4", "f8", "i8" or "u1", which they fit.
 */
typedef struct {
    const char *name; /* member name without ".npy"; ignored by npy_write */
    const char *type; /* "f4", "f8", "i8" or "u1" */
    int rank;         /* 0..NPY_MAX_RANK */
    size_t shape[NPY_MAX_RANK];
    const double *values; /* (product of shape), borrowed */
} npy_output;

/* Writes one .npy, or `count` arrays as an uncompressed .npz, to a temporary name
 * beside `path`, then renames it; the folder is made if missing. FAILED with path and reason;
 * nothing is left behind. */
status npy_write(const char *path, const npy_output *array);
status npz_write(const char *path, const npy_output *arrays, size_t count);

#endif
