/* loss_start: the given start of a run (--init) and the kept end of one (--save-weights), as .npz files.
 *
 * A start has weights (d, m), signs (m, q) of -1 or +1 and, optionally, masks (K, p, m) of 0 or 1, one per round; scalars samples,
 * xi, lr, local_steps, where the file has them, are the defaults of these options (paper.md section 9). */
#ifndef EXPERIMENTS_LOSS_START_H
#define EXPERIMENTS_LOSS_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "experiments/experiment.h"
#include "model/trajectory.h"

typedef struct {
    real *W;               /* (m, d) neuron after neuron; NULL: a random start; owned */
    real *A;               /* (m, q); owned */
    unsigned char *masks;  /* (K, p, m); NULL: random masks; owned */
    size_t m, d, q, rounds, subnets;
    char text[96];         /* names the start in the text of the settings */
} loss_start;

/* Reads a start and sets the options' defaults from it (width, subnets, rounds, repeats 1, ...). BAD_INPUT with path, array and cure. */
status loss_start_read(const char *path, experiment_options *options, loss_start *start);
/* That options and data fit the start; OK for a random one. */
status loss_start_check(const loss_start *start, const experiment *e, const char *path);
void loss_start_free(loss_start *start); /* safe on a zeroed one */

/* Puts the run at its start. W0 (m, d), caller's: receives the initial weights. */
status loss_start_apply(const loss_start *start, trajectory *run, uint64_t seed, size_t cell, size_t repetition, real *W0);

/* What decides a unit besides the options, for the text of the settings. */
const char *loss_start_text(loss_start *start, bool keep_weights);

/* values <- final weights (m, d), then signs (m, q). The trainer follows its weights. */
status loss_start_finish(const trainer *t, const real *W0, double *values);
/* Writes them as arrays weights (d, m) and signs (m, q) of a .npz: a start again. */
status loss_start_save(const char *path, const double *values, size_t m, size_t d, size_t q);

#endif
