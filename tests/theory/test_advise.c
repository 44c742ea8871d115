/* The page about one's own data. Theory is double precision alone: in single there is nothing to
 * test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include "theory/advise/advise.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/spectrum.h"
#include "model/stability.h"
#include "tests/support/fixture.h"
#include "tests/support/study_fixture.h"
#include "tests/support/trial.h"
#include "theory/required_width/required_width.h"

static const advise_settings small = {.label = OPTION_IS_AUTO,
                                      .width = 60,
                                      .subnets = 2,
                                      .xi = 0.5,
                                      .local_steps = 2,
                                      .rounds = 10,
                                      .repeats = 3,
                                      .kappa = 1,
                                      .run_samples = 8,
                                      .trials = 20,
                                      .delta = 0.1};

static program_options quiet(const char *out) {
    return (program_options){.name = "advise",
                             .data = "data/digits.npz",
                             .samples = 16,
                             .seed = 5,
                             .threads = 1,
                             .quiet = true,
                             .fresh = true,
                             .out = out};
}

/* Opened, measured and gathered; its tables are in `out`. */
static void perform(const advise_settings *o, program_options options, study_run *r) {
    cr_assert(eq(int, study_open(&advise_study, &options, o, r), OK), "%s", error_text());
    cr_redirect_stdout();
    cr_assert(eq(int, study_perform(r), OK), "%s", error_text());
}

static const advise_finding *find(const study_run *r, const char *name) {
    const advise_context *c = r->context;
    for (size_t k = 0; k < c->count; k++) {
        if (strcmp(c->findings[k].name, name) == 0) { return &c->findings[k]; }
    }
    cr_assert(name == NULL, "no finding %s", name);
    return NULL;
}

static const char *path_of(const char *name) {
    static char path[300];
    snprintf(path, sizeof path, "%s/%s.dat", fixture_folder("advise"), name);
    return path;
}

/* Every number is that of the library call, or of the program, that the page names for it. */
Test(advise, numbers_are_those_of_the_programs) {
    study_run r, w;
    char out[300];
    snprintf(out, sizeof out, "%s", path_of("numbers"));
    perform(&small, quiet(out), &r);
    const advise_context *c = r.context;
    kernel_data d;
    program_options options = r.options;
    cr_assert(eq(int, kernel_data_open(&options, 0, 0, &d), OK));
    const advise_finding *f = find(&r, "lambda_min");
    cr_expect(eq(dbl, f->value, d.lambda0));
    cr_expect(f->low <= f->value * (1 + 1e-12) && f->value * (1 - 1e-12) <= f->high);
    double t = d.data.smallest_angle;
    cr_expect(lt(
        dbl, fabs(find(&r, "closest_pair_cap")->value - (0.5 - cos(t) * (M_PI - t) / (2 * M_PI))),
        1e-14));
    kernel_data_close(&d);

    const width_settings width = {.sizes = {{8}, 1},
                                  .xi = {{0.5}, 1},
                                  .masks = 1,
                                  .trials = 20,
                                  .limit = 1 << 20,
                                  .delta = 0.1};
    options.out = path_of("width");
    options.quiet = true;
    cr_assert(eq(int, study_open(&required_width_study, &options, &width, &w), OK));
    cr_assert(eq(int, study_perform(&w), OK), "%s", error_text());
    const width_cell *cell = ((const width_context *)w.context)->cells;
    width_found found = width_search(cell, 0.95);
    f = find(&r, "width_needed");
    cr_expect(eq(dbl, f->value, found.width));
    cr_expect(eq(dbl, f->low, found.low));
    cr_expect(eq(dbl, f->high, found.high));
    cr_expect(eq(dbl, find(&r, "width_combined")->value, bounds_width_combined(&cell->bounds)));
    study_close(&w);

    train_settings s = c->runs[GIVEN].settings;
    double lr = stability_auto_lr(&s, 8, 10, c->few_lambda_max);
    cr_expect(lt(dbl, fabs(s.lr - lr), 1e-3 * lr)); /* in four digits */
    f = find(&r, "largest_lr");
    cr_expect(gt(dbl, f->value, 0));
    cr_expect(eq(dbl, find(&r, "largest_lr_by_factor")->value,
                 stability_largest_lr(&s, 16, 10, c->whole.lambda_max)));
    cr_expect(eq(dbl, find(&r, "proved_eta")->value, 1 / c->whole.gram_norm));
    cr_expect(lt(dbl, fabs(find(&r, "largest_eta")->value - f->value * 60 / (16 * 0.25)),
                 1e-12 * f->value * 60));
    study_close(&r);
}

/* The rows of the runs are among those of the kernel, with the closest pair first. */
Test(advise, runs_have_the_closest_pair) {
    program_options options = quiet("unused");
    study_run r;
    cr_assert(eq(int, study_open(&advise_study, &options, &small, &r), OK), "%s", error_text());
    const advise_context *c = r.context;
    cr_expect(eq(sz, c->few.n, 8));
    cr_expect(eq(sz, c->few.q, 10));
    cr_expect(eq(dbl, c->few.smallest_angle, c->whole.data.smallest_angle));
    cr_expect(eq(int, memcmp(c->few.X, c->whole.data.X, 8 * c->few.d * sizeof *c->few.X), 0));
    study_close(&r);
}

/* Other settings have the work of the given one, each once; none but the given has more rounds than
 * that asks for. */
Test(advise, other_settings_have_the_same_work) {
    program_options options = quiet("unused");
    study_run r;
    cr_assert(eq(int, study_open(&advise_study, &options, &small, &r), OK), "%s", error_text());
    const advise_context *c = r.context;
    double work = 2 * 0.5 * 2 * 10;
    for (size_t k = 0; k < r.cells; k++) {
        const train_settings *s = &c->runs[k].settings;
        double here = (double)s->subnets * s->xi * (double)s->local_steps;
        if (k != WHOLE) {
            cr_expect(le(dbl, fabs(here * (double)c->runs[k].rounds - work), here / 2), "%zu", k);
        }
        for (size_t j = FIRST_OTHER; j < k; j++) {
            const train_settings *o = &c->runs[j].settings;
            cr_expect(o->subnets != s->subnets || o->xi != s->xi ||
                          o->local_steps != s->local_steps || c->runs[k].law,
                      "%zu %zu", j, k);
        }
    }
    study_close(&r);
}

/* Paired: runs of one repetition have one start; against itself a setting loses nothing. */
Test(advise, runs_are_paired) {
    study_run r;
    char out[300];
    snprintf(out, sizeof out, "%s", path_of("paired"));
    advise_settings o = small;
    o.xi = 1, o.subnets = 1;
    perform(&o, quiet(out), &r);
    for (size_t k = 0; k < r.repeats; k++) {
        cr_expect(eq(dbl, study_values(&r, GIVEN, k)[0], study_values(&r, WHOLE, k)[0]));
    }
    cr_expect(lt(dbl, fabs(find(&r, "last_against_full")->value - 1), 1e-12));
    study_close(&r);
}

/* The mean of column `mean` over the aggregated rows `from` on of a table of loss-dynamics. */
static double aggregated_from(const char *path, size_t from) {
    table_data t;
    double sum = 0;
    size_t count = 0;
    cr_assert(eq(int, table_read(path, &t), OK), "%s", error_text());
    for (size_t k = 0; k < t.rows; k++) {
        const char *phase = t.text[k * t.columns + (size_t)table_column(&t, "phase")];
        bool whole = strcmp(phase, "aggregated") == 0;
        if (whole && table_value(&t, k, table_column(&t, "round")) >= (double)from) {
            sum += table_value(&t, k, table_column(&t, "mean"));
            count++;
        }
    }
    table_data_free(&t);
    return sum / (double)count;
}

/* Of error-floor the floor, as an error: over 2 n = 16; else as above. */
static double level_of_table(bool predicted, const char *path, size_t from) {
    table_data t;
    if (!predicted) { return aggregated_from(path, from); }
    cr_assert(eq(int, table_read(path, &t), OK), "%s", error_text());
    double floor = table_value(&t, 0, table_column(&t, "floor"));
    table_data_free(&t);
    return floor / 16;
}

/* The level that the command of f gives, run as it stands there but for its --out. */
static double level_of_command(const advise_finding *f, bool predicted, size_t rounds) {
    char out[300], command[PROGRAM_COMMAND + 400], said[400];
    const char *bin = getenv("MNTK_BIN") ? getenv("MNTK_BIN") : "build/bin";
    snprintf(out, sizeof out, "%s", path_of(f->name));
    const char *place = strstr(f->command, " --out "), *end = strchr(place + 7, ' ');
    snprintf(command, sizeof command, "%s/%s%.*s%s --threads 1 --quiet --fresh --out %s", bin,
             predicted ? "" : "double/", (int)(place - f->command), f->command, end, out);
    cr_assert(eq(int, trial_run(command, said, sizeof said), 0), "%s: %s", command, said);
    return level_of_table(predicted, out, rounds + 1 - (rounds / 3 + 1));
}

/* The commands of the page: the same floors, measured and predicted. */
Test(advise, commands_give_the_numbers) {
    study_run r;
    char out[300];
    snprintf(out, sizeof out, "%s", path_of("commands"));
    perform(&small, quiet(out), &r);
    static const char *const names[] = {"floor", "level_p2_xi0.5_tau4", "floor_predicted"};
    for (size_t k = 0; k < 3; k++) {
        const advise_finding *f = find(&r, names[k]);
        double value = level_of_command(f, k == 2, k == 1 ? 5 : 10);
        cr_expect(lt(dbl, fabs(value - f->value), 1e-6 * f->value), "%s: %g, page %g", names[k],
                  value, f->value);
    }
    study_close(&r);
}

/* Every law has the work of the given setting; its command gives its level, and its ratio to
 * Bernoulli's is about that of the levels (it is the mean of paired ones). */
Test(advise, laws_of_masks) {
    study_run r;
    char out[300], name[40];
    advise_settings o = small;
    o.width = 61, o.subnets = 3; /* unequal parts, and xi of fixed masks is 20/61 */
    snprintf(out, sizeof out, "%s", path_of("laws"));
    perform(&o, quiet(out), &r);
    const advise_context *c = r.context;
    const size_t first = r.cells - MASK_KINDS, level = CLAIM_NUMBER(advise_seen, level);
    double of_bernoulli = find(&r, "law_level")->value;
    for (size_t k = 0; k < MASK_KINDS; k++) {
        const advise_run *run = &c->runs[first + k];
        double mean = advise_mean(&r, first + k, level).value;
        cr_expect(run->law && run->settings.mask == (mask_kind)k);
        cr_expect(eq(dbl, run->settings.xi, k == MASK_FIXED ? 20.0 / 61 : 1.0 / 3));
        snprintf(name, sizeof name, "law_%s", mask_words[k]);
        const advise_finding *f = find(&r, name);
        double value = level_of_command(f, false, run->rounds);
        cr_expect(lt(dbl, fabs(value - mean), 1e-6 * mean), "%s: %g and %g", name, value, mean);
        cr_expect(lt(dbl, fabs(f->value - mean / of_bernoulli), 0.05), "%s: %g", name, f->value);
        cr_expect(k != MASK_BERNOULLI || f->value == 1);
    }
    study_close(&r);
}

/* The table says what the page says, and names a command for every number. */
Test(advise, table) {
    study_run r;
    char out[300];
    table_data t;
    snprintf(out, sizeof out, "%s", path_of("table"));
    perform(&small, quiet(out), &r);
    cr_assert(eq(int, table_read(out, &t), OK), "%s", error_text());
    const advise_context *c = r.context;
    cr_assert(eq(sz, t.rows, c->count));
    int value = table_column(&t, "value"), command = table_column(&t, "command");
    for (size_t k = 0; k < t.rows; k++) {
        double x = t.values[k * t.columns + (size_t)value];
        cr_expect(x == c->findings[k].value || (isnan(x) && isnan(c->findings[k].value)));
        cr_expect(gt(sz, strlen(t.text[k * t.columns + (size_t)command]), 10));
    }
    table_data_free(&t), study_close(&r);
}

#else
/* A translation unit is not empty. */
typedef int advise_is_double;
#endif
