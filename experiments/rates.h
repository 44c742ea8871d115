/* The learning rate of every cell: given, or found from the stability number of a local step.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_RATES_H
#define EXPERIMENTS_RATES_H

#include "experiments/panel.h"

/* Rates that are not given become those of the panel's own xi. BAD_INPUT if their number does not
 * fit that of xi. For settle, where categorical masks still have the panel's xi. */
status rates_settle(const study_run *r);

/* Sets e->cells[k].lr and e->found[k], after the cells are listed and e->lambda_max is known.
 *
 * The rate of `--lr auto` is found once for each value that --lr would have: for each xi, with
 * categorical masks for all p together. It is stability_auto_lr of the cell that asks for least,
 * rounded down to three digits: cells that differ in p or m alone, which the claims compare, share
 * a rate, and the rate can be typed. `--unstable auto` takes it in place of a rate at which one of
 * these cells has a stability number of 2 or more. */
void rates_choose(study_run *r);

/* Stability number of a cell, of its subnetworks' own kernel (model/stability.h): below 2 a local
 * step is stable. */
double rates_stability(const study_run *r, size_t cell);

/* A line for the user; lines of provenance. */
void rates_say(const study_run *r);
void rates_note(const study_run *r, table *t);

#endif
