/* What is kept of one run: --save-weights, --save-outputs, --save-kernel, as .npz files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_LOSS_SAVE_H
#define EXPERIMENTS_LOSS_SAVE_H

#include "experiments/loss_start.h"

/* True if one of them is asked for. */
bool loss_save_asked(const experiment_settings *o);

/* BAD_INPUT unless there is one run, computed here, and names that can be written. */
status loss_save_check(const program_options *options, const experiment_settings *o);

/* The run of the first cell and repetition, with its weights followed, and what is written of it.
 * Arrays over samples are in the order of the
 * file: sample i is row rows[i] of it. Every file has rows (n,) and errors (K+1,), the whole
 * network's after 0 .. K rounds. The numbers reproduce the errors in NumPy as
 *     X = features[rows] / norms of its rows;  Y = labels[rows] / label_scale
 *     U = scale_whole * maximum(X @ weights, 0) @ signs;  error = ((U - Y)**2).sum() / (2 n)
 *
 * weights: weights (d, m) at the end, initial_weights (d, m), signs (m, q), masks (K, p, m), and
 *     the scalars xi, lr, local_steps, samples, subnets, rounds_done, kappa, scaling (0 released, 1
 *     theory), scale_whole, scale_subnet, step, label_scale: a start again, whose masks are not
 *     taken for the rounds to come (rounds_done).
 * outputs: outputs (K+1, n, q), of the whole network after every round.
 * kernel: kernel_start, kernel_end (p, n, n): the masked kernel of each subnetwork, of the first
 *     round's masks at the initial weights and of the last round's at the final ones.
 */
typedef struct loss_kept loss_kept;

/* At the start of the run, which is noted. common: the panel's context, which outlives it with the
 * others. *kept: the caller's, loss_kept_free, also where it failed. FAILED: no memory. */
status loss_kept_new(const program_options *options, const experiment_settings *o,
                     const experiment *common, const loss_start *start, loss_kept **kept);
/* What its rounds are made with. */
trajectory *loss_kept_run(loss_kept *k);
/* Notes the masks of a round, from 0, that are drawn and not trained with yet; the whole network
 * after `round` rounds. */
status loss_kept_masks(loss_kept *k, size_t round);
void loss_kept_state(loss_kept *k, size_t round);
/* Writes what is asked for, after the last round. FAILED: no memory, a file that cannot be written,
 * or a run that diverged. */
status loss_kept_write(loss_kept *k);
void loss_kept_free(loss_kept *k); /* NULL: nothing */

#endif
