/* The programs of theory/ are double precision alone. */
#include "run/real.h"
#ifdef REAL_DOUBLE

#include "theory/rate/bernoulli_floor.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "model/mask.h"
#include "model/trajectory.h"
#include "tests/rate_ground.h"
#include "theory/rate/bernoulli_checks.h"

static void setup(void)
{
    gsl_set_error_handler_off();
}

TestSuite(bernoulli_floor, .init = setup);

/* --- floors --- */

Test(bernoulli_floor, floor_of_a_curve)
{
    double curve[31], level, change, changes[8];
    for (int k = 0; k <= 30; k++)
        curve[k] = k < 20 ? 100 - k : 4 + 0.1 * (k - 25);
    floor_of(curve, 30, &level, &change);
    cr_assert(epsilon_eq(dbl, level, 4, 1e-12));
    cr_assert(epsilon_eq(dbl, change, 0.25, 1e-12)); /* from 3.5 to 4.5 */
    for (int j = 0; j < 8; j++)
        changes[j] = j % 2 ? 0.3 : -0.3;
    cr_assert(floor_settled(changes, 8));
    for (int j = 0; j < 8; j++)
        changes[j] -= 1; /* still falling */
    cr_assert(not(floor_settled(changes, 8)));
    changes[3] = NAN;
    cr_assert(not(floor_settled(changes, 8)));
}

/* The axes: one number changes, in ascending order, the others stay; rounds to the floor by the slowest direction. */
Test(bernoulli_floor, cells)
{
    mean_rule rule = {0.5, 0.1, 1}; /* 1 - factor = 0.005 at lambda = 0.1 */
    cr_assert(eq(sz, floor_rounds(rule, 0.1, 6), (size_t)ceil(6 / -log(1 - 0.005))));
    cr_assert(eq(sz, floor_rounds(rule, 0, 6), 1000000));
    rate_options o = rate_defaults;
    o.along[AXIS_XI] = (option_list){{0.9, 0.5, 0.7}, 3};
    rate_cells cells;
    cr_assert(eq(int, rate_cells_list(&o, 4, 0.1, 1.4, &cells), OK));
    const rate_cell *c = cells.cells + cells.first[AXIS_XI];
    cr_assert(eq(sz, cells.first[AXIS_XI + 1] - cells.first[AXIS_XI], 3));
    for (int k = 0; k < 3; k++) {
        cr_assert(epsilon_eq(dbl, c[k].s.xi, 0.5 + 0.2 * k, 1e-12));
        cr_assert(eq(sz, c[k].s.width, o.width));
        cr_assert(epsilon_eq(dbl, c[k].s.lr, 0.25, 1e-15));
        cr_assert(eq(sz, c[k].rounds, floor_rounds(mean_rule_of(&c[k].s), c[k].s.xi * 0.1, o.folds)));
    }
    c = cells.cells + cells.first[AXIS_SMALL_XI];
    cr_assert(not(c->level));
    cr_assert(eq(sz, c->s.subnets * c->s.local_steps, 1));
    rate_cells_free(&cells);
}

/* A unit's numbers against the same run done here. */
Test(bernoulli_floor, floor_of_a_run)
{
    ground a = ground_of(fixture_one_output(4));
    floor_setting f = {&a.g, a.d.G, &a.infinite, ground_settings(&a, 32, 2, 2, 1), 30, 5, true};
    double values[FLOOR_VALUES], again[FLOOR_VALUES], curve[31], level, change;
    cr_assert(eq(int, floor_unit(&f, rate_run.seed, 2, 1, values), OK));
    trajectory t;
    cr_assert(eq(int, trajectory_open(&a.g, &f.s, false, rate_run.seed, 2, 1, &t), OK));
    for (int k = 0; k <= 30; k++) {
        curve[k] = 8 * t.t.error;
        cr_assert(trajectory_round(&t, NULL, NULL));
    }
    floor_of(curve, 30, &level, &change);
    cr_assert(epsilon_eq(dbl, values[FLOOR_LEVEL], level, 1e-14));
    cr_assert(epsilon_eq(dbl, values[FLOOR_SLOPE], log_slope(curve, 1, 5), 1e-14));
    f.level = false;
    cr_assert(eq(int, floor_unit(&f, rate_run.seed, 2, 1, again), OK));
    cr_assert(epsilon_eq(dbl, again[FLOOR_SLOPE], values[FLOOR_SLOPE], 1e-14));
    cr_assert(eq(int, isnan(again[FLOOR_LEVEL]), 1));
    cr_assert(epsilon_eq(dbl, values[FLOOR_SLOPE_FINITE], values[FLOOR_SLOPE_INFINITE], 0.3));
    trajectory_close(&t);
    ground_leave(&a);
}

enum { REPEATS = 6, CELLS_MOST = 64 };

/* Floors and slopes of all cells of a setting, made up: floor = m^-1 kappa tau (1 - xi)/p and contraction by the
 * fastest direction, each with 5 % of scatter. */
typedef struct {
    rate_cells list;
    double level[CELLS_MOST * REPEATS], slope[CELLS_MOST * REPEATS];
    bool settled[CELLS_MOST];
    floor_evidence e;
} made_up;

static void make_up(const ground *a, made_up *c)
{
    cr_assert(eq(int, rate_cells_list(&rate_defaults, a->d.gram_norm, a->d.lambda0, a->d.lambda_max, &c->list), OK));
    cr_assert(le(sz, c->list.count, CELLS_MOST));
    rng *r = rng_new(rate_run.seed, 0, 0, RNG_TEST);
    for (size_t k = 0; k < c->list.count; k++) {
        const train_settings *s = &c->list.cells[k].s;
        double lambda = s->xi * a->d.lambda_max, factor = 1 - mask_theta(s->mask, s->subnets, s->xi) *
                                                                  (1 - pow(1 - s->lr * lambda, (double)s->local_steps));
        double level = s->kappa * (double)s->local_steps * (1 - s->xi) / (double)(s->width * s->subnets);
        c->settled[k] = true;
        for (int j = 0; j < REPEATS; j++) {
            c->level[k * REPEATS + (size_t)j] = level * (1 + 0.1 * (rng_uniform(r) - 0.5));
            c->slope[k * REPEATS + (size_t)j] = 2 * log(factor) * (1 + 0.1 * (rng_uniform(r) - 0.5));
        }
    }
    rng_free(r);
    c->e = (floor_evidence){&c->list, REPEATS, c->level, c->settled, c->slope, a->d.lambda0, true};
}

/* What a row is to say of the floors made up (as_claimed), and with every number turned upside down. */
static int expected(const char *statement, bool as_claimed)
{
    if (strstr(statement, "large kappa"))
        return HYPOTHESIS_NOT_MET;
    return as_claimed != (strstr(statement, "stops") != NULL) ? NOT_REFUTED : STATEMENT_REFUTED;
}

Test(bernoulli_floor, floor_rows)
{
    ground a = ground_of(fixture_one_output(8));
    made_up *c = malloc(sizeof *c);
    cr_assert(c != NULL);
    make_up(&a, c);
    for (int turned = 0; turned < 2; turned++) {
        theory_rows list = {.command = "test"};
        cr_assert(eq(int, check_floors(&list, &c->e), OK));
        cr_assert(eq(sz, list.count, 13));
        for (size_t i = 0; i < list.count; i++) {
            const statement_row *row = &list.rows[i];
            cr_expect(eq(int, (int)row->verdict, expected(row->statement, !turned)), "%s", row->statement);
            cr_assert(eq(int, (int)row->kind, PAPER));
        }
        theory_rows_free(&list);
        for (size_t k = 0; k < c->list.count * REPEATS; k++) {
            c->level[k] = 1 / c->level[k];
            c->slope[k] = -c->slope[k];
        }
    }
    rate_cells_free(&c->list);
    free(c);
    ground_leave(&a);
}

/* Cells that still fall are left out; two that are left tell nothing; a floor that is not a number refutes. */
Test(bernoulli_floor, floor_hypotheses)
{
    ground a = ground_of(fixture_one_output(8));
    made_up *c = malloc(sizeof *c);
    theory_rows list = {.command = "test"};
    make_up(&a, c);
    size_t first = c->list.first[AXIS_KAPPA];
    c->settled[first] = false;
    c->level[first * REPEATS] = NAN;
    cr_assert(eq(int, last_verdict(&list, check_floor(&list, &c->e, "floor", "rises", AXIS_KAPPA, TREND_RISES, false)),
                 NOT_REFUTED));
    c->settled[first] = true;
    cr_assert(eq(int, last_verdict(&list, check_floor(&list, &c->e, "floor", "rises", AXIS_KAPPA, TREND_RISES, false)),
                 STATEMENT_REFUTED));
    for (size_t k = 0; k < 3; k++)
        c->settled[first + k] = false;
    cr_assert(eq(int, last_verdict(&list, check_floor(&list, &c->e, "floor", "rises", AXIS_KAPPA, TREND_RISES, false)),
                 NOT_CHECKED));
    c->e.step_met = false;
    cr_assert(eq(int, last_verdict(&list, check_paper_rate(&list, &c->e, "rate", 0, 3, false)), HYPOTHESIS_NOT_MET));
    theory_rows_free(&list);
    rate_cells_free(&c->list);
    free(c);
    ground_leave(&a);
}

/* Real runs: the floor rises with kappa, contraction is faster than the paper's; not if nothing is trained. */
Test(bernoulli_floor, floor_of_real_runs)
{
    ground a = ground_of(fixture_one_output(4));
    rate_options o = rate_defaults;
    o.width = 64;
    rate_cells cells;
    cr_assert(eq(int, rate_cells_list(&o, a.d.gram_norm, a.d.lambda0, a.d.lambda_max, &cells), OK));
    size_t first = cells.first[AXIS_KAPPA], last_cell = cells.first[AXIS_KAPPA + 1], count = cells.count * REPEATS;
    double *level = calloc(count, sizeof *level), *slope = calloc(count, sizeof *slope), values[FLOOR_VALUES];
    bool *settled = calloc(cells.count, sizeof *settled);
    cr_assert(level && slope && settled);
    for (size_t k = first; k < last_cell; k++) {
        floor_setting f = {&a.g, a.d.G, &a.infinite, cells.cells[k].s, cells.cells[k].rounds, cells.cells[k].window,
                           true};
        settled[k] = true;
        for (size_t j = 0; j < REPEATS; j++) {
            cr_assert(eq(int, floor_unit(&f, rate_run.seed, k, j, values), OK));
            level[k * REPEATS + j] = values[FLOOR_LEVEL];
            slope[k * REPEATS + j] = values[FLOOR_SLOPE];
        }
    }
    floor_evidence e = {&cells, REPEATS, level, settled, slope, a.d.lambda0, true};
    theory_rows list = {.command = "test"};
    cr_assert(eq(int, last_verdict(&list, check_floor(&list, &e, "floor", "rises", AXIS_KAPPA, TREND_RISES, false)),
                 NOT_REFUTED));
    cr_assert(eq(int, last_verdict(&list, check_paper_rate(&list, &e, "rate", first, last_cell, false)), NOT_REFUTED));
    memset(slope, 0, count * sizeof *slope);
    cr_assert(
        eq(int, last_verdict(&list, check_paper_rate(&list, &e, "rate", first, last_cell, false)), STATEMENT_REFUTED));
    theory_rows_free(&list);
    free(level), free(slope), free(settled);
    rate_cells_free(&cells);
    ground_leave(&a);
}

#endif
