/* The stack, the threads and the buffers of OpenBLAS that a computation needs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_ROOM_H
#define BASE_ROOM_H

#include "base/error.h"

/* Sees to it that `threads` threads, >= 1, have their stacks, and makes OpenBLAS take the buffers
 * that calls by all of them at once need; it keeps them. Where OpenBLAS finds no room for a buffer
 * it would look for it forever: FAILED, before it looks, if the limits of the process (ulimit -v,
 * -d, -s, -u) leave too little. To be called before the first product. */
status room_take(int threads);

/* What OpenBLAS asks when it is loaded: how many threads of its own it is to have. Always 1: each
 * of them would take a buffer too, and those that cannot be started would end the process. The name
 * is OpenBLAS's; the definition in the program goes before the one in the library. */
int openblas_num_threads_env(void);

#endif
