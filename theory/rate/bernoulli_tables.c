#include "theory/rate/bernoulli_tables.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/mask.h"
#include "theory/rate/bernoulli_curve.h"
#include "theory/rate/bernoulli_floor.h"
#include "theory/shared/criteria.h"

enum { DIGITS = 17 };

/* --- gathering --- */

static status floors_gather(rate_gathered *all)
{
    size_t cells = all->list->count, repeats = all->s->repeats, count = cells * repeats;
    double *level = allocate(count, sizeof *level, "floors"),
           *slope = allocate(count, sizeof *slope, "slopes");
    double *change = allocate(repeats, sizeof *change, "changes");
    bool *settled = allocate(cells, sizeof *settled, "flags of cells");
    all->slope_finite = allocate(count, sizeof *slope, "slopes");
    all->slope_infinite = allocate(count, sizeof *slope, "slopes");
    all->floors = (floor_evidence){
        all->list, repeats, level, settled, slope, all->data->lambda0, all->options->step <= 1};
    if (!level || !slope || !change || !settled || !all->slope_finite || !all->slope_infinite) {
        free(change);
        return FAILED;
    }
    for (size_t k = 0; k < all->list->first[AXIS_CURVE]; k++) {
        for (size_t j = 0; j < repeats; j++) {
            const double *values = sweep_values(all->s, all->result, k, j);
            level[k * repeats + j] = values[FLOOR_LEVEL];
            slope[k * repeats + j] = values[FLOOR_SLOPE];
            all->slope_finite[k * repeats + j] = values[FLOOR_SLOPE_FINITE];
            all->slope_infinite[k * repeats + j] = values[FLOOR_SLOPE_INFINITE];
            change[j] = values[FLOOR_CHANGE];
        }
        settled[k] = floor_settled(change, repeats);
    }
    free(change);
    return OK;
}

static status curves_gather(rate_gathered *all)
{
    size_t first = all->list->first[AXIS_CURVE], widths = all->list->count - first,
           starts = all->s->repeats;
    double *width = allocate(widths, sizeof *width, "widths"),
           *flipped = allocate(widths, sizeof *flipped, "shares");
    double *finite = allocate(widths * starts, sizeof *finite, "distances");
    double *infinite = allocate(widths * starts, sizeof *infinite, "distances");
    double *slope = allocate(starts, sizeof *slope, "slopes"),
           *predicted = allocate(starts, sizeof *predicted, "slopes");
    size_t window = all->list->cells[all->list->count - 1].window;
    all->curves = (curve_evidence){widths,  starts, width, finite,   infinite,
                                   flipped, window, slope, predicted};
    if (!width || !flipped || !finite || !infinite || !slope || !predicted) { return FAILED; }
    for (size_t k = 0; k < widths; k++) {
        const rate_cell *cell = &all->list->cells[first + k];
        width[k] = cell->value;
        for (size_t j = 0; j < starts; j++) {
            const double *values = sweep_values(all->s, all->result, first + k, j);
            finite[k * starts + j] =
                curve_distance(values, cell->rounds, CURVE_MISS_FINITE, CURVE_FINITE);
            infinite[k * starts + j] =
                curve_distance(values, cell->rounds, CURVE_MISS_INFINITE, CURVE_INFINITE);
            flipped[k] += values[curve_unit_values(cell->rounds) - 1] / (double)starts;
            slope[j] =
                log_slope(values + CURVE_MEAN, CURVE_COLUMNS, window); /* the last width's remain */
            predicted[j] = log_slope(values + CURVE_FINITE, CURVE_COLUMNS, window);
        }
    }
    return OK;
}

status rate_gather(const theory_data *data, const rate_options *options, const rate_cells *list,
                   const sweep *s, const sweep_result *result, rate_gathered *all)
{
    *all =
        (rate_gathered){.data = data, .options = options, .list = list, .s = s, .result = result};
    status done = floors_gather(all);
    return done == OK ? curves_gather(all) : done;
}

void rate_gathered_free(rate_gathered *all)
{
    const void *const owned[] = {all->floors.level,   all->floors.settled, all->floors.slope,
                                 all->curves.width,   all->curves.finite,  all->curves.infinite,
                                 all->curves.flipped, all->curves.slope,   all->curves.slope_finite,
                                 all->slope_finite,   all->slope_infinite};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++) { free((void *)(uintptr_t)owned[k]); }
    *all = (rate_gathered){0};
}

/* --- tables --- */

static table *new_table(const rate_gathered *all, const char *names, const char *legend,
                        const char *statement)
{
    table *t = table_new(names, legend, DIGITS);
    if (!t) { return NULL; }
    table_note(t, "statement", "%s", statement);
    rate_options_note(all->options, t);
    theory_note(all->data, all->result, t);
    return t;
}

/* Contraction over the first rounds of one column of the mean curves, with its interval over starts. */
static void note_contraction(const rate_gathered *all, size_t cell, int column, const char *name,
                             double *slope, table *t)
{
    const rate_cell *c = &all->list->cells[cell];
    for (size_t j = 0; j < all->s->repeats; j++) {
        slope[j] = log_slope(sweep_values(all->s, all->result, cell, j) + column, CURVE_COLUMNS,
                             c->window);
    }
    stats_interval i = stats_mean_interval(slope, all->s->repeats, CRITERION_SHOWN_CONFIDENCE);
    table_note(t, "contraction", "m=%zu, rounds 0-%zu, %s: %.6g in [%.6g, %.6g]", c->s.width,
               c->window, name, exp(stats_summarise(slope, all->s->repeats).mean), exp(i.low),
               exp(i.high));
}

static void fill_curve(const rate_gathered *all, size_t cell, double *work, table *t)
{
    const rate_cell *c = &all->list->cells[cell];
    double factor = paper_factor(&c->s, all->data->lambda0), paper = 0;
    for (size_t k = 0; k <= c->rounds; k++) {
        table_row(t);
        table_number(t, c->value);
        table_number(t, (double)k);
        for (int column = 0; column < CURVE_COLUMNS; column++) {
            for (size_t j = 0; j < all->s->repeats; j++) {
                work[j] = sweep_values(all->s, all->result, cell, j)[k * CURVE_COLUMNS + column];
            }
            stats_summary over = stats_summarise(work, all->s->repeats);
            table_number(t, over.mean);
            if (column == CURVE_ERROR) {
                table_number(t, over.sd);
                paper = k == 0 ? over.mean : paper * factor;
            }
        }
        table_number(t, paper);
    }
}

static status write_curves(const rate_gathered *all)
{
    table *t = new_table(
        all,
        "width round measured sd mean_plain mean finite infinite miss_finite miss_infinite paper",
        "width m, hidden neurons\nround k\n"
        "measured ||y - u_k||^2, mean over masks and starts\n"
        "sd standard deviation over starts (n-1) of the mean over masks\n"
        "mean_plain squared norm of the mean over masks of y - u_k, less its variance over masks / "
        "runs; mean over "
        "starts\n"
        "mean the same with a control variate of mean 0, far less noise\n"
        "finite predicted ||e_k||^2 from the eigenpairs of H(0) of each start; mean over starts\n"
        "infinite predicted ||e_k||^2 from the eigenpairs of xi Hinf; mean over starts\n"
        "miss_finite squared distance of the mean over masks from e_k of H(0), unbiased, so that "
        "it may fall below 0\n"
        "miss_infinite and of xi Hinf\n"
        "paper (1 - eta xi theta tau lambda0/4)^k ||y - u_0||^2, Theorem 3 without its error term",
        "Theorem 3: the mean over masks follows e_k = sum_i (1 - theta (1 - (1 - eta xi "
        "lambda_i)^tau))^k <v_i, y - "
        "u_0> v_i");
    double *work = allocate(all->s->repeats, sizeof *work, "values of a round");
    status done = t && work ? OK : FAILED;
    for (size_t cell = all->list->first[AXIS_CURVE]; done == OK && cell < all->list->count;
         cell++) {
        note_contraction(all, cell, CURVE_ERROR, "measured E||y-u||^2", work, t);
        note_contraction(all, cell, CURVE_MEAN, "squared mean", work, t);
        note_contraction(all, cell, CURVE_FINITE, "predicted from H(0)", work, t);
        note_contraction(all, cell, CURVE_INFINITE, "predicted from Hinf", work, t);
        table_note(t, "contraction", "m=%zu, paper: %.6g", all->list->cells[cell].s.width,
                   paper_factor(&all->list->cells[cell].s, all->data->lambda0));
        fill_curve(all, cell, work, t);
        if (cell + 1 < all->list->count) { table_gap(t); }
    }
    if (done == OK) { done = table_write(t, all->data->run->out); }
    table_free(t);
    free(work);
    return done;
}

static void put_factor(const double *slope, size_t repeats, table *t)
{
    stats_interval i = stats_mean_interval(slope, repeats, CRITERION_SHOWN_CONFIDENCE);
    table_number(t, exp(stats_summarise(slope, repeats).mean));
    table_number(t, exp(i.low));
    table_number(t, exp(i.high));
}

static void fill_floor(const rate_gathered *all, size_t k, table *t)
{
    const rate_cell *c = &all->list->cells[k];
    size_t repeats = all->s->repeats;
    stats_summary level = stats_summarise(all->floors.level + k * repeats, repeats);
    table_row(t);
    table_text(t, rate_axis_word(c->axis));
    const double setting[] = {c->value,
                              (double)c->s.width,
                              (double)c->s.subnets,
                              c->s.xi,
                              (double)c->s.local_steps,
                              c->s.kappa,
                              c->s.lr,
                              mask_theta(c->s.mask, c->s.subnets, c->s.xi),
                              train_stability(&c->s, all->data->data.n, 1, all->data->lambda_max),
                              (double)c->rounds};
    for (size_t j = 0; j < sizeof setting / sizeof *setting; j++) { table_number(t, setting[j]); }
    table_number(t, level.mean);
    table_number(t, level.sd);
    table_number(t, c->level ? all->floors.settled[k] : NAN);
    table_number(t, (double)c->window);
    put_factor(all->floors.slope + k * repeats, repeats, t);
    put_factor(all->slope_finite + k * repeats, repeats, t);
    table_number(t, exp(stats_summarise(all->slope_infinite + k * repeats, repeats).mean));
    table_number(t, paper_factor(&c->s, all->data->lambda0));
}

static status write_floors(const rate_gathered *all, const char *path)
{
    table *t = new_table(
        all,
        "axis value width subnets xi local_steps kappa eta theta stability rounds floor floor_sd "
        "settled window "
        "contraction contraction_low contraction_high finite finite_low finite_high infinite paper",
        "axis which number changes\nvalue its value\nwidth m\nsubnets p\nxi probability that a "
        "subnetwork takes a "
        "neuron\n"
        "local_steps tau\nkappa standard deviation of the initial weights\neta step size\n"
        "theta probability that some subnetwork takes a neuron\nstability eta xi lambda_max(Hinf), "
        "stable below 2\n"
        "rounds of a run\nfloor mean of ||y - u_k||^2 over the last third of the rounds, mean over "
        "repetitions\n"
        "floor_sd standard deviation over repetitions (n-1)\n"
        "settled 1 if the slope over that third is indistinguishable from 0, else 0; nan: first "
        "rounds alone\n"
        "window first rounds 0..window that contraction is fitted over, log-linear\n"
        "contraction factor of ||y - u_k||^2 per round, geometric mean over repetitions\n"
        "contraction_low its 95 % interval over repetitions\ncontraction_high upper end\n"
        "finite factor of the predicted ||e_k||^2 over the same rounds, from H(0) of each start\n"
        "finite_low its 95 % interval\nfinite_high upper end\ninfinite the same from xi Hinf\n"
        "paper 1 - eta xi theta tau lambda0/4",
        "Theorem 3 and Corollaries 1 to 3: contraction and floor, one setting changed at a time");
    status done = t ? OK : FAILED;
    for (size_t k = 0; done == OK && k < all->list->first[AXIS_CURVE]; k++) {
        if (k > 0 && all->list->cells[k].axis != all->list->cells[k - 1].axis) { table_gap(t); }
        fill_floor(all, k, t);
    }
    if (done == OK) { done = table_write(t, path); }
    table_free(t);
    return done;
}

status rate_write(const rate_gathered *all)
{
    const char *out = all->data->run->out;
    char path[PATH_MAX];
    size_t length = strlen(out);
    bool dat = length > 4 && strcmp(out + length - 4, ".dat") == 0;
    snprintf(path, sizeof path, "%.*s.floors.dat", (int)(dat ? length - 4 : length), out);
    status done = write_floors(all, path);
    if (done == OK) { done = write_curves(all); }
    if (done == OK) { program_say(all->data->run, "wrote %s and %s", out, path); }
    return done;
}
