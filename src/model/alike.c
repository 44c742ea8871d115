/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/alike.h"

#include <string.h>

#include "model/vec.h"

enum {
    WORD = 64,   /* inputs in a word */
    WINDOW = 128 /* neurons of about as many active inputs, among which a partner is looked for */
};

status alike_new(size_t n, size_t capacity, alike_neurons *a) {
    *a = (alike_neurons){.n = n, .words = (n + WORD - 1) / WORD};
    scratch *own = &a->owned;
    a->active = scratch_take(own, capacity * a->words, sizeof *a->active, "active inputs");
    a->total = scratch_take(own, capacity, sizeof *a->total, "counts of active inputs");
    a->sorted = scratch_take(own, capacity, sizeof *a->sorted, "sorted neurons");
    a->begin = scratch_take(own, n + 2, sizeof *a->begin, "places of sorted neurons");
    if (!own->failed) { return OK; }
    alike_free(a);
    return FAILED;
}

void alike_free(alike_neurons *a) {
    scratch_free(&a->owned);
    *a = (alike_neurons){0};
}

/* |x and y| */
static size_t in_common(const uint64_t *x, const uint64_t *y, size_t words) {
    size_t sum = 0;
    for (size_t w = 0; w < words; w++) { sum += (size_t)__builtin_popcountll(x[w] & y[w]); }
    return sum;
}

void alike_look(alike_neurons *a, const real *Z, size_t count, size_t ld) {
    for (size_t r = 0; r < count; r++) {
        uint64_t *active = a->active + r * a->words;
        for (size_t w = 0; w < a->words; w++) {
            const size_t begin = w * WORD;
            active[w] = vec_bits_set(Z + r * ld + begin, smaller(a->n - begin, WORD), false);
        }
        a->total[r] = in_common(active, active, a->words);
    }
}

/* sorted <- the neurons, those of the most active inputs first. */
static void sort_by_total(alike_neurons *a, const size_t *neuron, size_t count) {
    memset(a->begin, 0, (a->n + 2) * sizeof *a->begin);
    for (size_t k = 0; k < count; k++) { a->begin[a->n - a->total[neuron[k]] + 1]++; }
    for (size_t c = 0; c <= a->n; c++) { a->begin[c + 1] += a->begin[c]; }
    for (size_t k = 0; k < count; k++) {
        a->sorted[a->begin[a->n - a->total[neuron[k]]]++] = neuron[k];
    }
}

/* Which of the `count` neurons of a window has the most active inputs in common with neuron r? Of
 * equals the first. */
static size_t partner_of(const alike_neurons *a, size_t r, const size_t *window, size_t count) {
    size_t best = 0, most = 0;
    for (size_t k = 0; k < count; k++) {
        const size_t common =
            in_common(a->active + r * a->words, a->active + window[k] * a->words, a->words);
        if (common > most) {
            best = k;
            most = common;
        }
    }
    return best;
}

void alike_order(alike_neurons *a, size_t *neuron, size_t count) {
    sort_by_total(a, neuron, count);
    size_t *left = a->sorted;
    for (size_t k = 0; k + 1 < count; k += 2) {
        const size_t r = *left++, window = smaller(count - k - 1, WINDOW);
        const size_t best = partner_of(a, r, left, window), other = left[best];
        memmove(left + 1, left, best * sizeof *left);
        left++;
        neuron[k] = r;
        neuron[k + 1] = other;
    }
    if (count % 2) { neuron[count - 1] = *left; }
}
