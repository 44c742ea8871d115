/* Rounds of a run of bernoulli-rate, and cells whose contraction is too slow to be followed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "theory/bernoulli_rate/bernoulli_rate.h"

bool bernoulli_is_beyond(const bernoulli_cell *cell) {
    return cell->needed > BERNOULLI_ROUNDS_MOST;
}

void bernoulli_set_rounds(bernoulli_cell *cell, const bernoulli_settings *o,
                          const kernel_data *data) {
    mean_rule rule = mean_rule_of(&cell->s);
    double slowest = cell->s.xi * data->lambda0;
    bool curve = cell->axis == AXIS_CURVE, bottom = cell->axis == AXIS_BOTTOM;
    cell->window = mean_window(rule, cell->s.xi * data->lambda_max);
    if (curve) {
        cell->rounds = o->curve_rounds;
        cell->window = cell->window < cell->rounds ? cell->window : cell->rounds;
        return;
    }
    bool floor = !bottom && cell->axis != AXIS_SMALL_XI;
    if (floor) { cell->needed = mean_rounds(rule, slowest, o->folds); }
    if (bottom) { cell->needed = mean_window(rule, slowest); }
    bool within = !bernoulli_is_beyond(cell);
    cell->to_floor = floor && within;
    if (bottom && within) { cell->window = cell->needed; }
    cell->rounds = cell->to_floor && cell->needed > cell->window ? cell->needed : cell->window;
}

void bernoulli_beyond(const bernoulli_context *c, size_t first, size_t last,
                      char words[BERNOULLI_WORDS]) {
    size_t count = 0, fewest = 0;
    for (size_t k = first; k < last; k++) {
        const bernoulli_cell *cell = &c->cells[k];
        if (!bernoulli_is_beyond(cell)) { continue; }
        if (count++ == 0 || cell->needed < fewest) { fewest = cell->needed; }
    }
    *words = 0;
    if (count == 0) { return; }
    snprintf(words, BERNOULLI_WORDS,
             "; %zu of %zu cells need %zu rounds or more, at most %d are run", count, last - first,
             fewest, BERNOULLI_ROUNDS_MOST);
}
