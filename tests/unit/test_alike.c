/* Neurons in an order in which two and two are alike: each once, the same for the same
 * pre-activations, and most pairs of a kind, which none is in the order of their numbers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/alike.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>

#include "stats/rng.h"

enum { N = 150, LD = 160, M = 41, KINDS = 3 }; /* inputs end within a word and within a register */

static _Alignas(64) real Z[M * LD];

/* Neuron r is active on the inputs j with j % KINDS = r % KINDS, and on a tenth of the others. */
static void draw(void) {
    rng *r = rng_new(3, 0, 0, RNG_PILOT);
    static real normal[M * LD];
    rng_normal(r, 1, M * LD, normal);
    rng_free(r);
    for (size_t k = 0; k < M; k++) {
        for (size_t j = 0; j < N; j++) {
            const bool own = j % KINDS == k % KINDS;
            Z[k * LD + j] = own || normal[k * LD + j] > (real)1.28 ? 1 : -1;
        }
    }
}

static void find(size_t *neuron, size_t count) {
    alike_neurons a;
    cr_assert(eq(int, alike_new(N, M, &a), OK));
    alike_look(&a, Z, M, LD);
    alike_order(&a, neuron, count);
    alike_free(&a);
}

Test(alike, two_and_two_are_of_a_kind) {
    draw();
    size_t neuron[M], seen[M] = {0}, pairs = 0;
    for (size_t k = 0; k < M; k++) { neuron[k] = k; }
    find(neuron, M);
    for (size_t k = 0; k < M; k++) { seen[neuron[k]]++; }
    for (size_t k = 0; k < M; k++) { cr_expect(eq(sz, seen[k], 1), "neuron %zu", k); }
    for (size_t k = 0; k + 1 < M; k += 2) { pairs += neuron[k] % KINDS == neuron[k + 1] % KINDS; }
    /* at most one pair for each kind but one has nobody left of its own; by number none is */
    cr_expect(ge(sz, pairs, M / 2 - (KINDS - 1)));
}

Test(alike, of_some_neurons_in_an_order_of_their_own) {
    draw();
    size_t some[] = {2, 3, 5, 9, 20, 29}, again[] = {2, 3, 5, 9, 20, 29};
    find(some, 6);
    find(again, 6);
    for (size_t k = 0; k < 6; k += 2) {
        cr_expect(eq(sz, some[k] % KINDS, some[k + 1] % KINDS), "pair %zu", k / 2);
        cr_expect(eq(sz, some[k], again[k]));
    }
}

Test(alike, none_and_one_and_neurons_without_an_active_input) {
    for (size_t k = 0; k < M * LD; k++) { Z[k] = -1; }
    size_t neuron[] = {4, 7, 8};
    find(neuron, 0);
    find(neuron, 1);
    cr_expect(eq(sz, neuron[0], 4));
    find(neuron, 3);
    cr_expect(eq(sz, neuron[0] + neuron[1] + neuron[2], 19));
}
