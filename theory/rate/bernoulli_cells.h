/* bernoulli_cells: what bernoulli-rate is asked to run: a base setting, the axes along which one number of it changes,
 * and the widths of the mean curve. */
#ifndef THEORY_BERNOULLI_CELLS_H
#define THEORY_BERNOULLI_CELLS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/train.h"
#include "run/error.h"
#include "run/options.h"
#include "run/table.h"

typedef enum {
    AXIS_WIDTH,       /* m */
    AXIS_WIDTH_NOISY, /* m at --large-kappa */
    AXIS_KAPPA,
    AXIS_SUBNETS,     /* p */
    AXIS_LOCAL_STEPS, /* tau */
    AXIS_XI,
    AXIS_DROPOUT,      /* xi at p = tau = 1, to the floor */
    AXIS_SMALL_XI,     /* xi at p = tau = 1, first rounds alone */
    AXIS_MULTI_SAMPLE, /* p at tau = 1 */
    AXIS_CURVE,        /* m of the mean curve */
    AXES
} rate_axis;

const char *rate_axis_word(rate_axis axis); /* "width", ..., as in the tables */

typedef struct {
    uint64_t width, subnets, local_steps, repeats, masks, curve_rounds, label;
    double xi, kappa, large_kappa, curve_kappa, step, folds; /* step: eta ||G|| */
    option_list
        along[AXES]; /* AXIS_WIDTH_NOISY and AXIS_MULTI_SAMPLE follow AXIS_WIDTH and AXIS_SUBNETS */
} rate_options;

extern const rate_options rate_defaults;
extern const struct argp rate_argp; /* its input is a rate_options */

typedef struct {
    rate_axis axis;
    double value; /* of the number that changes */
    train_settings s;
    size_t rounds; /* of a run to the floor, or of the mean curve */
    size_t window; /* first rounds of the fit */
    bool level;    /* followed to the floor */
} rate_cell;

typedef struct {
    rate_cell *cells; /* (count) axis after axis, values ascending; owned */
    size_t count;
    size_t first[AXES + 1]; /* cells of axis a: first[a] <= k < first[a + 1] */
} rate_cells;

/* lambda0, lambda_max: of Hinf. */
status rate_cells_list(const rate_options *o, double gram_norm, double lambda0, double lambda_max,
                       rate_cells *list);
void rate_cells_free(rate_cells *list);

/* All that decides a unit's values, one line a cell; data: its checksum, rows: how many of it. The caller's, free().
 * NULL: no memory. */
char *rate_cells_text(const rate_cells *list, const rate_options *o, const char *data, size_t rows,
                      unsigned long long seed);

void rate_options_note(const rate_options *o, table *t);

#endif
