/* The working precision of the training engine.
 *
 * Every source of src/ is compiled twice from the same text: single precision
 * (default) into libmntk-single, double (-DREAL_DOUBLE) into libmntk-double.
 * Programs of experiments/ link the first, programs of theory/ the second; the
 * tests run against both. What is named `double` below stays double in either.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_REAL_H
#define BASE_REAL_H

#ifdef REAL_DOUBLE
typedef double real;
#define REAL_NAME "double"
#else
typedef float real;
#define REAL_NAME "single"
#endif

#endif
