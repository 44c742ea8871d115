/* quad: numbers of 113 binary digits, to hold double precision against. Long double where it has as
 * many (aarch64), else __float128, whose functions are in the C library, whether or not the
 * compiler's headers know them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_QUAD_H
#define TESTS_QUAD_H

#include <float.h>
#include <math.h>

#if LDBL_MANT_DIG == 113
typedef long double quad;
static inline quad quad_sqrt(quad x) { return sqrtl(x); }
static inline quad quad_acos(quad x) { return acosl(x); }
#else
typedef __float128 quad;
quad sqrtf128(quad x);
quad acosf128(quad x);
static inline quad quad_sqrt(quad x) { return sqrtf128(x); }
static inline quad quad_acos(quad x) { return acosf128(x); }
#endif

static inline quad quad_abs(quad x) { return x < 0 ? -x : x; }

#endif
