/* A toy study: options, record, table and statements from one description; and what it is made of.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/clock.h"
#include "study/spared.h"
#include "study/study.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/scratch.h"
#include "study/record.h"
#include "tests/support/fixture.h"
#include "tests/support/study_fixture.h"
#include "stats/extreme.h"

TestSuite(study, .timeout = 30);

/* clang-format off */
#define SQUARE(number)                                                                            \
    number(runs, SUM, "units")                                                                    \
    number(largest, MAX, "largest square")                                                        \
    number(smallest, MIN, "smallest square")
/* clang-format on */

RECORD_DECLARE(square, SQUARE);
RECORD_DEFINE(square, SQUARE);

typedef struct {
    size_t cells, repeats;
    double factor, bound;
    option_list list;
    int word;
    const char *path;
    bool word_given;
} toy_settings;

static const char *const words[] = {"plain", "fancy", NULL};

static const option_row options[] = {
    {"", OPTION_HEADING, .help = "The toy:"},
    {"cells", OPTION_COUNT, offsetof(toy_settings, cells), 1, 9, "cells"},
    {"repeats", OPTION_COUNT, offsetof(toy_settings, repeats), 1, 9, "repetitions",
     OPTION_NO_VALUE},
    {"factor", OPTION_NUMBER, offsetof(toy_settings, factor), 0, 10, "factor", OPTION_ABOVE_LOW},
    {"list", OPTION_COUNTS, offsetof(toy_settings, list), 1, 99, "list", OPTION_ASCENDING},
    {"word", OPTION_WORD, offsetof(toy_settings, word), .help = "kind", .words = words,
     .given = offsetof(toy_settings, word_given)},
    {"path", OPTION_PATH, offsetof(toy_settings, path), .help = "file"},
    {NULL}};

static const toy_settings defaults = {
    .cells = 2, .repeats = 3, .factor = 2, .bound = 100, .list = {{3, 5}, 2}};

static status prepare(study_run *r) {
    const toy_settings *o = r->settings;
    dataset *data = r->context;
    r->cells = o->cells;
    r->repeats = o->repeats;
    r->values = square_kind.count;
    r->data = data;
    return dataset_load(r->options.data, 3, data);
}

static void close_toy(void *context) { dataset_free(context); }

static status measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const toy_settings *o = r->settings;
    double x = o->factor * (double)(10 * cell + repetition);
    *(square *)(void *)values = (square){1, x * x, x * x};
    return OK;
}

static square everything(const study_run *r) {
    square all;
    record_clear(&square_kind, &all);
    for (size_t k = 0; k < r->cells * r->repeats; k++) {
        record_add(&square_kind, &all, study_values(r, k / r->repeats, k % r->repeats));
    }
    return all;
}

static status largest(const study_run *r, evidence *e) {
    square all = everything(r);
    return claim_saw(e, ((const toy_settings *)r->settings)->bound, all.largest, all.runs);
}

static status fill(const study_run *r, table *t) {
    for (size_t cell = 0; cell < r->cells; cell++) {
        table_row(t);
        row_text(t, "kind", "in words", words[((const toy_settings *)r->settings)->word]);
        row_number(t, "first", "[1] the first unit's square", study_values(r, cell, 0)[1]);
    }
    return OK;
}

static const claim claims[] = {
    {"Largest", "setting", PAPER, TEST_AT_MOST, "squares are small", largest}};
static const claim_group groups[] = {{CLAIMS(claims)}, {NULL}};
static const study_table tables[] = {
    {"", "toy", 17, .fill = fill}, {"more", "toy too", 9, .fill = fill}, {NULL}};
static const study toy = {.about = "A toy",
                          STUDY_OF(options, defaults, dataset),
                          .prepare = prepare,
                          .close = close_toy,
                          .measure = measure,
                          .tables = tables,
                          .claims = groups};

Test(study, writes_its_tables_and_statements) {
    char out[300], more[300];
    snprintf(out, sizeof out, "%s/toy.dat", fixture_folder("study"));
    study_fixture_perform(&toy, &defaults, out, 2);
    table_data data;
    cr_assert(eq(int, table_read(out, &data), OK), "%s", error_text());
    cr_expect(eq(sz, data.rows, 2));
    cr_expect(eq(str, data.names[1], "first"));
    cr_expect(eq(dbl, data.values[3], 400));
    char value[100];
    cr_expect(table_note_of(&data, "column first", value, sizeof value));
    cr_expect(eq(str, value, "[1] the first unit's square"));
    cr_expect(table_note_of(&data, "--list", value, sizeof value));
    cr_expect(eq(str, value, "3,5"));
    table_data_free(&data);
    snprintf(more, sizeof more, "%.*s.more.dat", (int)strlen(out) - 4, out);
    cr_expect(fixture_same_rows(out, more), "9 digits suffice for these numbers");
    statement_row *rows = NULL;
    size_t count = 0;
    snprintf(more, sizeof more, "%.*s.statements.dat", (int)strlen(out) - 4, out);
    cr_assert(eq(int, verdict_read(more, &rows, &count), OK), "%s", error_text());
    cr_expect(eq(sz, count, 1));
    cr_expect(eq(int, rows[0].verdict, STATEMENT_REFUTED), "(2 * 12)^2 > 100");
    cr_expect(eq(dbl, rows[0].observed, 576));
    cr_expect(eq(str, rows[0].source, "tests/unit/test_study.c"));
    free(rows);
}

static status settle(study_run *r) {
    toy_settings *o = r->settings;
    o->cells = o->cells == 2 ? 4 : o->cells;
    return o->factor > 9 ? fail(BAD_INPUT, "factors") : OK;
}

/* Options that do not go together are refused before anything is prepared; what they mean together
 * is there when it is. */
Test(study, settles_options_before_it_starts) {
    study settled = toy;
    settled.settle = settle;
    toy_settings o = defaults;
    program_options common = {.data = "data/digits.npz", .out = "none.dat", .threads = 1};
    study_run r;
    cr_assert(eq(int, study_open(&settled, &common, &o, &r), OK), "%s", error_text());
    cr_expect(eq(sz, r.cells, 4));
    study_close(&r);
    o.factor = 9.5;
    cr_expect(eq(int, study_open(&settled, &common, &o, &r), BAD_INPUT));
    cr_expect(r.cells == 0 && r.data == NULL);
    study_close(&r);
}

static status prepare_pilot(study_run *r) {
    r->repeats = 5;
    return OK;
}

static status heed_pilot(study_run *r) {
    ((toy_settings *)r->settings)->bound = everything(r).largest;
    return OK;
}

/* A pilot's sweep is its own and whole, whatever share is asked for; what it finds stays. */
Test(study, pilot_comes_before_the_units) {
    const study pilot = {
        .options = options, .prepare = prepare_pilot, .measure = measure, .gather = heed_pilot};
    study led = toy;
    led.pilot = &pilot;
    study_run r;
    study_fixture_open(&led, &defaults, &r);
    char out[300];
    snprintf(out, sizeof out, "%s/pilot.dat", fixture_folder("study"));
    sweep_options how = study_sweep_options(&r.options);
    how.out = out;
    how.shard = 1;
    how.shards = 2;
    cr_assert(eq(int, study_pilot(&r, &how), OK), "%s", error_text());
    cr_expect(eq(dbl, ((toy_settings *)r.settings)->bound, 784), "(2 * 14)^2: the fifth of cell 1");
    cr_expect(eq(sz, r.repeats, 3));
    cr_expect(eq(ptr, r.result.values, NULL));
    study_close(&r);
}

static status measure_slowly(const study_run *r, size_t cell, size_t repetition, double *values) {
    const double begin = clock_thread();
    while (clock_thread() - begin < 0.002) {}
    return measure(r, cell, repetition, values);
}

/* Waits ten times as long as it computes. */
static status measure_idly(const study_run *r, size_t cell, size_t repetition, double *values) {
    usleep(20000);
    return measure_slowly(r, cell, repetition, values);
}

static status measure_nothing(const study_run *r, size_t cell, size_t repetition, double *values) {
    (void)r, (void)cell, (void)repetition, (void)values;
    return fail(FAILED, "no values");
}

Test(study, times_a_unit) {
    study timed = toy;
    study_run r;
    study_fixture_open(&timed, &defaults, &r);
    timed.measure = measure_slowly;
    cr_expect(ge(dbl, study_time_unit(&r, 1), 0.002));
    timed.measure = measure_idly;
    double busy = study_time_unit(&r, 1);
    cr_expect(ge(dbl, busy, 0.002));
    cr_expect(lt(dbl, busy, 0.015), "waiting is timed");
    timed.measure = measure_nothing;
    cr_expect(eq(dbl, study_time_unit(&r, 1), 0));
    study_close(&r);
}

/* A prediction looks at 1000 rows and counts what the others would have taken; a run at all. */
Test(study, what_a_prediction_spares) {
    double spared = 0;
    program_options run = {.predict = true, .spared = &spared};
    cr_expect(eq(sz, spared_rows(&run, 900), 900));
    cr_expect(eq(sz, spared_rows(&run, 5000), 1000));
    spared_add(&run, 900, 900, 2);
    cr_expect(eq(dbl, spared, 0));
    spared_add(&run, 2000, 1000, 2);
    cr_expect(epsilon_eq(dbl, spared, 14, 1e-9));
    run.predict = false;
    cr_expect(eq(sz, spared_rows(&run, 5000), 5000));
}

static status predict_a_hundred(const study_run *r, double *seconds) {
    (void)r;
    *seconds += 100;
    return OK;
}

/* All of a run is predicted: what was before the units, what was spared, the units, what follows. */
Test(study, predicts_the_whole_run) {
    study told = toy;
    study_run r;
    double seconds = 0;
    study_fixture_open(&told, &defaults, &r);
    r.options.predict = true;
    r.begun -= 1000;
    r.spared = 10000;
    told.predict = predict_a_hundred;
    cr_assert(eq(int, study_predict(&r, &seconds), OK));
    cr_expect(ge(dbl, seconds, 11100));
    cr_expect(lt(dbl, seconds, 11110));
    study_close(&r);
}

/* The text of the settings: what decides values is in it, what does not is not. */
Test(study, settings_as_text) {
    toy_settings o = defaults;
    text t = {0};
    option_table_describe(options, &o, &t);
    cr_expect(eq(str, (char *)text_bytes(&t), " cells=2 factor=2 list=3,5 word=plain path="));
    text_free(&t);
}

static status parse(const char *argument, toy_settings *o) {
    char *arguments[] = {"toy", (char *)argument, NULL};
    program_options common;
    *o = defaults;
    return option_table_parse(2, arguments, &(program_about){.sentence = "toy"}, options, o,
                              &common);
}

Test(study, options_fill_their_fields) {
    toy_settings o;
    cr_expect(eq(int, parse("--list=9,1,4", &o), OK), "%s", error_text());
    cr_expect(eq(dbl, o.list.values[0], 1));
    cr_expect(eq(dbl, o.list.values[2], 9));
    cr_expect(eq(int, parse("--word=fancy", &o), OK));
    cr_expect(o.word == 1 && o.word_given);
    cr_expect(eq(int, parse("--factor=0.25", &o), OK));
    cr_expect(o.factor == 0.25 && !o.word_given);
    const char *const refused[] = {"--factor=0", "--cells=10",  "--cells=1.5",
                                   "--list=1,1", "--word=none", "--path="};
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        cr_expect(eq(int, parse(refused[k], &o), BAD_INPUT), "%s", refused[k]);
    }
}

/* Folding keeps a NaN, and an empty record is no number that could pass as one. */
Test(study, records_fold) {
    square all = everything(&(study_run){.cells = 0});
    cr_expect(all.runs == 0 && all.largest == 0 && isinf(all.smallest));
    record_add(&square_kind, &all, &(square){1, 4, 4});
    record_add(&square_kind, &all, &(square){1, NAN, 2});
    record_add(&square_kind, &all, &(square){1, 9, NAN});
    cr_expect(all.runs == 3 && isnan(all.largest) && isnan(all.smallest));
    cr_expect(safe_ratio(0, 0) == 0 && isinf(safe_ratio(1, 0)) && isnan(safe_ratio(NAN, 0)));
}

/* The observation nearest its bound is kept; 0 against 0 is the farthest, and NaN stays. */
Test(study, tightest_observation) {
    const double x[] = {1, -3, 2}, with_nan[] = {1, NAN, 2};
    cr_expect(eq(dbl, extreme_largest(x, 3), 3));
    cr_expect(isnan(extreme_largest(with_nan, 3)));
    tightest t = {0, 0};
    tightest_keep(&t, (tightest){1, 4});
    tightest_keep(&t, (tightest){1, 2});
    tightest_keep(&t, (tightest){0, 0});
    tightest_keep(&t, (tightest){30, 100});
    cr_expect(eq(dbl, t.bound, 2));
    tightest_keep(&t, (tightest){NAN, 1});
    tightest_keep(&t, (tightest){9, 1});
    cr_expect(isnan(t.value));
}

/* A later row that names other columns makes no table. */
Test(study, a_row_of_other_columns_is_no_table) {
    char out[300];
    snprintf(out, sizeof out, "%s/none.dat", fixture_folder("study-columns"));
    for (int k = 0; k < 2; k++) {
        table *t = table_new(17);
        table_row(t);
        row_number(t, "a", "one", 1);
        table_row(t);
        row_number(t, k ? "b" : "a", "two", 2);
        cr_expect(eq(int, table_write(t, out), k ? FAILED : OK));
        table_free(t);
    }
}

Test(study, a_growing_text_is_whole) {
    text t = {0};
    for (int k = 0; k < 1000; k++) { text_add(&t, "%d,", k % 10); }
    cr_expect(eq(sz, strlen(text_bytes(&t)), 2000));
    cr_expect(eq(str, (char *)text_bytes(&t) + 1994, "7,8,9,"));
    text_free(&t);
    scratch s = {0};
    cr_expect(scratch_take(&s, SIZE_MAX / 4, 8, "everything") == NULL && s.failed);
    scratch_free(&s);
    cr_expect(s.failed == 0 && scratch_take(&s, 3, 8, "little") != NULL);
    scratch_free(&s);
}
