/* A panel of Figure 2: what it is asked for, and what it has while it runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_PANEL_H
#define EXPERIMENTS_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include "model/dataset.h"
#include "model/gram.h"
#include "model/train.h"
#include "study/study.h"

/* What becomes of a rate whose step is not stable. */
typedef enum { UNSTABLE_KEEP, UNSTABLE_AUTO } experiment_unstable;

typedef enum { STOP_RULE, STOP_NO } experiment_stop;

/* The random numbers of cells: each its own, or all of them the same. */
typedef enum { STARTS_OWN, STARTS_SAME } experiment_starts;

/* Every family of masks beside the others, at xi = 1/p: in place of a mask_kind. */
enum { EXPERIMENT_ALL_MASKS = MASK_KINDS };

/* The options of a panel, and what is fixed for it. */
typedef struct {
    option_list width;   /* m of every cell, >= 1 */
    option_list subnets; /* p, >= 1 */
    option_list xi;      /* in (0, 1]; none with categorical masks */
    option_list lr;      /* > 0; one value, or one for each xi; none: auto */
    size_t local_steps;  /* tau, >= 1 */
    size_t batch;        /* rows of a local step; 0: all */
    size_t rounds;       /* K, >= 1; with a stop rule at most */
    size_t repeats;      /* of every cell, >= 1 */
    double kappa;        /* factor of the initial weights, > 0 */
    int mask;            /* mask_kind, or EXPERIMENT_ALL_MASKS */
    int unselected;      /* train_unselected */
    int scaling;         /* train_scaling */
    int unstable;        /* experiment_unstable */
    size_t holdout;      /* last rows of the file that are not trained on; 0: none */
    const char *test;    /* a .npz of such rows; NULL: none */
    const char *masks;   /* masks of the user's own, .npz; NULL: drawn */
    const char *init;    /* a given start, .npz; NULL: random. loss-dynamics alone */
    /* where what is kept of a run goes (loss_save.h); NULL: nowhere. loss-dynamics alone */
    const char *save_weights, *save_outputs, *save_kernel;
    int stop;        /* experiment_stop, of a panel that stops */
    size_t patience; /* of the rule */
    int starts;      /* experiment_starts, of such a panel */
    size_t lr_width; /* rates are for this m, lr_width / m of them elsewhere; 0: for all */
    bool xi_given, lr_given, patience_given; /* on the command line */

    size_t samples;   /* rows of the data unless --samples says so; 0: all */
    bool lr_times_xi; /* the step is lr xi */
    bool stops;       /* units end by the stop rule of model/plateau.h */
    bool along_width; /* plateau_sweep.h: the axes are width and xi, else subnets and xi */
} experiment_settings;

/* The context of a panel, or the first member of it. */
typedef struct {
    dataset data;
    dataset held;                   /* rows that are not trained on; n = 0: none */
    size_t *file_row;               /* (data.n) the row of the file that each sample is; owned */
    size_t closest[2], opposite[2]; /* of data, as rows of the file */
    gram g;
    double lambda_max;     /* of Hinf */
    train_settings *cells; /* (r->cells) subnets outermost, then xi, width, mask; owned */
    mask_sets sets;        /* of --masks, or of --init; empty: masks are drawn */
    bool *diverged;        /* (r->cells) a repetition has; set by experiment_gather; owned */
    bool *found;           /* (r->cells) its lr was found, not given (rates.h); owned */
} experiment;

/* Masks whose xi is 1/p: there is none to be given. */
static inline bool experiment_parts(const experiment_settings *o) {
    return o->mask == EXPERIMENT_ALL_MASKS || mask_parts((mask_kind)o->mask);
}
/* Kinds of masks, each with cells of its own. */
static inline size_t experiment_kinds(const experiment_settings *o) {
    return o->mask == EXPERIMENT_ALL_MASKS ? MASK_KINDS : 1;
}

#endif
