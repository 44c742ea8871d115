/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/spared.h"

#include <math.h>

enum { ROWS = 1000 };

size_t spared_rows(const program_options *run, size_t n) {
    return run->predict && n > ROWS ? ROWS : n;
}

void spared_add(const program_options *run, size_t n, size_t rows, double seconds) {
    if (!run->spared || rows >= n) { return; }
    *run->spared += seconds * (pow((double)n / (double)rows, 3) - 1);
}
