/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mask.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static void draw_bernoulli(size_t p, size_t m, double xi, rng *r, unsigned char *mask) {
    for (size_t k = 0; k < p * m; k++) { mask[k] = rng_uniform(r) < xi; }
}

static void draw_categorical(size_t p, size_t m, rng *r, unsigned char *mask) {
    memset(mask, 0, p * m);
    for (size_t neuron = 0; neuron < m; neuron++) { mask[rng_index(r, p) * m + neuron] = 1; }
}

void mask_draw(mask_kind kind, size_t p, size_t m, double xi, rng *r, unsigned char *mask) {
    if (kind == MASK_CATEGORICAL) {
        draw_categorical(p, m, r, mask);
    } else {
        draw_bernoulli(p, m, xi, r, mask);
    }
}

void mask_count(const unsigned char *mask, size_t p, size_t m, unsigned *taken) {
    memset(taken, 0, m * sizeof *taken);
    for (size_t l = 0; l < p; l++) {
        for (size_t neuron = 0; neuron < m; neuron++) { taken[neuron] += mask[l * m + neuron]; }
    }
}

double mask_theta(mask_kind kind, size_t p, double xi) {
    return kind == MASK_CATEGORICAL ? 1 : -expm1((double)p * log1p(-xi));
}

status mask_number(mask_kind kind, size_t p, size_t m, size_t *count) {
    enum { MOST = 1 << 20 };
    bool categorical = kind == MASK_CATEGORICAL;
    size_t base = categorical ? p : 2, digits = categorical ? m : m * p;
    *count = 1;
    for (size_t k = 0; k < digits; k++) {
        *count *= base;
        if (*count > MOST) {
            return fail(BAD_INPUT,
                        "m = %zu, p = %zu: more than %d masks to enumerate; take fewer neurons", m,
                        p, MOST);
        }
    }
    return OK;
}

double mask_decode(mask_kind kind, size_t p, size_t m, double xi, size_t code,
                   unsigned char *mask) {
    double probability = 1;
    memset(mask, 0, p * m);
    if (kind == MASK_CATEGORICAL) {
        for (size_t r = 0; r < m; r++, code /= p, probability /= (double)p) {
            mask[code % p * m + r] = 1;
        }
        return probability;
    }
    for (size_t k = 0; k < p * m; k++) {
        mask[k] = code >> k & 1;
        probability *= mask[k] ? xi : 1 - xi;
    }
    return probability;
}
