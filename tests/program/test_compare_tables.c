/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/compare.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stats/rng.h"
#include "tests/support/fixture.h"

/* What came of comparing two texts as tables. */
typedef struct {
    status status;
    compare_result result;
    compare_family family;
    size_t different;
} outcome;

static table_data read_text(const char *text, int which) {
    char path[256];
    snprintf(path, sizeof path, "%s/%d-%d.dat", fixture_folder("compare"), (int)getpid(), which);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    fputs(text, file);
    fclose(file);
    table_data t;
    cr_assert(eq(int, table_read(path, &t), OK), "%s", error_text());
    remove(path);
    return t;
}

static outcome compare(const char *a, const char *b) {
    table_data left = read_text(a, 0), right = read_text(b, 1);
    outcome o = {.different = 0};
    o.status = compare_tables(&(compare_table){"A", &left}, &(compare_table){"B", &right},
                              &o.family, &o.result);
    if (o.status == OK) { cr_assert(eq(int, compare_family_judge(&o.family), OK)); }
    for (size_t k = 0; k < o.family.count; k++) { o.different += o.family.tests[k].different; }
    table_data_free(&left);
    table_data_free(&right);
    return o;
}

static void expect_different(const char *a, const char *b, size_t count) {
    outcome o = compare(a, b);
    cr_expect(eq(int, o.status, OK), "%s", error_text());
    cr_expect(eq(sz, o.different, count), "%s\n%s", a, b);
    compare_family_free(&o.family);
}

/* Rows of single runs: `cells` values of xi, three repetitions about `level` that scatter by a per
 * cent, all moved by `factor`. */
static char *runs(int seed, int cells, double factor) {
    static const double scatter[2][3] = {{-0.01, 0.002, 0.008}, {0.006, -0.009, 0.003}};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "# seed: %d\nxi repetition level rounds state\n", seed);
    for (int cell = 1; cell <= cells; cell++) {
        for (int k = 0; k < 3; k++) {
            fprintf(out, "%d %d %.9g %d stalled\n", cell, k,
                    factor * cell * (1 + scatter[(seed + cell) % 2][k]), 40 + k);
        }
    }
    fclose(out);
    return text;
}

static void expect_runs(int seed, int cells, double factor, size_t different) {
    char *a = runs(1, cells, 1), *b = runs(seed, cells, factor);
    expect_different(a, b, different);
    free(a), free(b);
}

Test(compare, identical_tables) {
    char *a = runs(1, 2, 1);
    outcome o = compare(a, a);
    cr_expect(eq(int, o.result.kind, COMPARE_IDENTICAL));
    cr_expect(eq(sz, o.result.compared, 6));
    cr_expect(eq(sz, o.family.count, 0));
    free(a);
}

/* Another seed: no cell differs; the tests are a level and a number of rounds for each cell, and
 * one of either over all. */
Test(compare, another_seed_is_noise) {
    char *a = runs(1, 4, 1), *b = runs(2, 4, 1);
    outcome o = compare(a, b);
    cr_expect(eq(int, o.result.kind, COMPARE_NUMBERS));
    cr_expect(eq(sz, o.result.compared, 10));
    cr_expect(eq(sz, o.different, 0));
    cr_expect(eq(str, o.result.settings, "seed"));
    compare_family_free(&o.family);
    free(a), free(b);
}

/* 1.2 %, hardly more than a run's standard deviation: neither a cell nor four cells of three
 *     repetitions show it, twenty together do. */
Test(compare, a_small_shift_of_all_cells) {
    expect_runs(2, 4, 1.012, 0);
    expect_runs(2, 20, 1.012, 1);
}

/* The same seed: pairs share their noise, and 0.2 % shows; up to 0.1 % is rounding, however
 * certain. */
Test(compare, the_same_seed_is_paired) {
    expect_runs(1, 1, 1.002, 2);
    expect_runs(1, 1, 1.0009, 0);
}

/* Texts of what is only told, one after the other. */
static void told_of(const outcome *o, char *text, size_t size) {
    size_t used = 0;
    *text = '\0';
    for (size_t k = 0; k < o->family.count && used < size; k++) {
        const compare_test *t = &o->family.tests[k];
        if (isnan(t->p)) {
            used += (size_t)snprintf(text + used, size - used, "%s: %g, %g\n", t->what, t->a, t->b);
        }
    }
}

static void expect_told(const char *a, const char *b, const char *told) {
    char said[2000];
    outcome o = compare(a, b);
    told_of(&o, said, sizeof said);
    cr_expect(eq(sz, o.different, 0));
    cr_expect(eq(str, said, (char *)told));
    compare_family_free(&o.family);
}

/* The same seed on another processor: one of three runs goes on for 13 rounds more, since its mean
 * fell by a rounding error. It is named and no difference. Another seed has other stops: nothing to
 * tell. */
Test(compare, a_stop_that_hangs_on_rounding) {
    const char *a =
        "# seed: 1\nsubnets xi repetition level rounds state\n9 0.1 0 0.0312390 28 stalled\n"
        "9 0.1 1 0.0355356 22 stalled\n9 0.1 2 0.0275812 31 stalled\n";
    const char *b =
        "# seed: 1\nsubnets xi repetition level rounds state\n9 0.1 0 0.0312391 28 stalled\n"
        "9 0.1 1 0.0312345 35 stalled\n9 0.1 2 0.0275811 31 stalled\n";
    const char *c =
        "# seed: 2\nsubnets xi repetition level rounds state\n9 0.1 0 0.0312391 28 stalled\n"
        "9 0.1 1 0.0312345 35 stalled\n9 0.1 2 0.0275811 31 stalled\n";
    expect_told(a, b, "stop hangs on rounding: subnets=9 xi=0.1 repetition=1, rounds: 22, 35\n");
    expect_told(a, c, "");
}

/* Many are counted, not named; if they share a direction they are a difference. */
Test(compare, many_stops_are_counted) {
    char a[4000], b[4000], said[2000];
    int used[2] = {0, 0};
    for (int k = 0; k < 2; k++) {
        used[k] = snprintf(k ? b : a, sizeof a, "# seed: 1\nxi repetition rounds\n");
    }
    for (int run = 0; run < 20; run++) {
        used[0] += snprintf(a + used[0], sizeof a - (size_t)used[0], "1 %d 20\n", run);
        used[1] +=
            snprintf(b + used[1], sizeof b - (size_t)used[1], "1 %d %d\n", run, 40 + run % 3);
    }
    outcome o = compare(a, b);
    told_of(&o, said, sizeof said);
    cr_expect(
        ne(ptr, strstr(said, "runs that stop in another round (5 named), of all: 20, 20\n"), NULL),
        "%s", said);
    cr_expect(eq(sz, o.different, 2));
    compare_family_free(&o.family);
}

/* Three runs that happen to end after the same number of rounds do not make another number certain.
 */
Test(compare, whole_numbers_are_known_to_a_half) {
    const char *a = "# seed: 1\nxi repetition rounds\n1 0 40\n1 1 40\n1 2 40\n";
    expect_different(a, "# seed: 2\nxi repetition rounds\n1 0 41\n1 1 41\n1 2 41\n", 0);
    expect_different(a, "# seed: 2\nxi repetition rounds\n1 0 90\n1 1 90\n1 2 90\n", 2);
}

/* One diverged run of three may be chance, also at the first place of its column; twenty of twenty
 * may not. */
Test(compare, diverged_runs_are_counted) {
    const char *head = "# seed: 1\nxi repetition level\n";
    char a[2000], b[2000];
    snprintf(a, sizeof a, "%s1 0 nan\n1 1 2.1\n1 2 2\n", head);
    snprintf(b, sizeof b, "%s1 0 2.05\n1 1 2.1\n1 2 2\n", head);
    expect_different(a, b, 0);
    strcpy(a, head), strcpy(b, head);
    for (int k = 0; k < 20; k++) {
        snprintf(a + strlen(a), sizeof a - strlen(a), "1 %d inf\n", k);
        snprintf(b + strlen(b), sizeof b - strlen(b), "1 %d %g\n", k, 2 + 0.01 * k);
    }
    expect_different(a, b, 2);
}

Test(compare, a_state_says_diverged) {
    const char *a =
        "# seed: 1\nxi repetition level state\n1 0 2 stalled\n1 1 2.1 stalled\n1 2 7e9 diverged\n";
    const char *b =
        "# seed: 2\nxi repetition level state\n1 0 2.1 stalled\n1 1 2.2 stalled\n1 2 2 stalled\n";
    outcome o = compare(a, b);
    cr_expect(eq(sz, o.different, 0));
    cr_assert(ge(sz, o.family.count, 1));
    cr_expect(le(dbl, fabs(o.family.tests[0].a - sqrt(2 * 2.1)), 1e-12),
              "the mean of the runs that ended");
    compare_family_free(&o.family);
}

Test(compare, a_cell_of_one_side_only) {
    const char *a = "# seed: 1\nxi repetition level\n1 0 2\n1 1 2.1\n2 0 3\n2 1 3.1\n",
               *b = "# seed: 1\nxi repetition level\n1 0 2\n1 1 2.1\n";
    expect_different(a, b, 1);
    expect_different(b, a, 1);
}

static const char VERDICTS[] = "statement kind verdict bound limit\n";

static void expect_verdicts(const char *a, const char *b, size_t told, size_t different) {
    char left[1000], right[1000];
    snprintf(left, sizeof left, "%s%s", VERDICTS, a);
    snprintf(right, sizeof right, "%s%s", VERDICTS, b);
    outcome o = compare(left, right);
    size_t only_told = 0;
    for (size_t k = 0; k < o.family.count; k++) { only_told += isnan(o.family.tests[k].p); }
    cr_expect(eq(sz, only_told, told), "%s%s", a, b);
    cr_expect(eq(sz, o.different, different), "%s%s", a, b);
    compare_family_free(&o.family);
}

/* Ours refuted: a difference. A hypothesis that is met under one seed only, or a row of the paper
 * without a p-value: told. */
Test(compare, verdicts_that_turn) {
    expect_verdicts("A exact not_refuted 1 nan\n", "A exact refuted 1 nan\n", 0, 1);
    expect_verdicts("A derived refuted 1 0.2\n", "A derived not_refuted 1 0.2\n", 0, 1);
    expect_verdicts("A derived not_refuted 1 nan\n", "A derived hypothesis_not_met 1 nan\n", 1, 0);
    expect_verdicts("A paper not_refuted 1 0.9\n", "A paper refuted 1 0.8\n", 1, 0);
}

/* A trend: the evidence decides, whether or not the verdict turned. */
Test(compare, trends) {
    expect_verdicts("A paper not_refuted 0 0.04\n", "A paper not_checked 0 0.06\n", 0, 0);
    expect_verdicts("A paper not_refuted 0 0.001\n", "A paper refuted 0 0.999\n", 0, 1);
    expect_verdicts("A paper not_refuted 0 1e-30\n", "A paper not_refuted 0 0.04\n", 0, 1);
}

/* Rows are found by name, counted alike where a name comes twice, in any order. */
Test(compare, rows_are_found_by_name) {
    expect_verdicts("A exact refuted 1 nan\nB exact not_refuted 1 nan\n",
                    "B exact not_refuted 1 nan\nA exact refuted 1 nan\n", 0, 0);
    expect_verdicts("A exact refuted 1 nan\nA exact not_refuted 1 nan\n",
                    "A exact not_refuted 1 nan\nA exact refuted 1 nan\n", 0, 2);
    expect_verdicts("A exact refuted 1 nan\n", "B exact refuted 1 nan\n", 0, 2);
}

/* Numbers: rounding is none; under another seed nothing can be said, unless no seed enters. */
Test(compare, numbers_without_repetitions) {
    const char *a = "# seed: 1\nx y\n1 3e-16\n";
    expect_different(a, "# seed: 1\nx y\n1.0000005 5e-16\n", 0);
    expect_different(a, "# seed: 1\nx y\n1.000002 5e-16\n", 1);
    expect_different(a, "# seed: 1\nx y\nnan 3e-16\n", 1);
    expect_different(a, "# seed: 1\nx y\n1 3e-16\n2 0\n", 1);
    expect_different("# seed: 1\nx y\ninf 1\n", "# seed: 1\nx y\n1 1\n", 1);
    outcome o = compare(a, "# seed: 2\nx y\n2 3e-16\n");
    cr_expect(eq(int, o.result.kind, COMPARE_UNSEEN));
    expect_different("# program: infinite-ntk\n# seed: 1\nx\n1\n",
                     "# program: infinite-ntk\n# seed: 2\nx\n2\n", 1);
}

/* A difference of two numbers is as exact as these are; alone it would have to agree to its own
 * last digits. */
Test(compare, a_difference_is_held_against_its_operands) {
    const char *a = "# seed: 1\nexpected observed error\n0.5 0.500045 4.498647e-05\n";
    expect_different(a, "# seed: 1\nexpected observed error\n0.5 0.500045 4.498729e-05\n", 0);
    expect_different(a, "# seed: 1\nexpected observed error\n0.5 0.500045 4.6e-05\n", 1);
    expect_different(a, "# seed: 1\nexpected observed error\n0.5 0.500045 inf\n", 1);
    expect_different("# seed: 1\nother observed error\n0.5 0.500045 4.498647e-05\n",
                     "# seed: 1\nother observed error\n0.5 0.500045 4.498729e-05\n", 1);
}

Test(compare, what_cannot_be_compared) {
    cr_expect(eq(int, compare("x y\n1 2\n", "x z\n1 2\n").status, BAD_INPUT));
    cr_expect(
        eq(int, compare("# data sha256: a\nx\n1\n", "# data sha256: b\nx\n1\n").status, BAD_INPUT));
}

/* Settings are named for the reader; the numbers decide. */
Test(compare, settings_are_named) {
    outcome o = compare("# seed: 1\n# --lr: 0.1\n# date: now\nx\n1\n",
                        "# seed: 1\n# --lr: 0.2\n# date: then\nx\n1\n");
    cr_expect(eq(int, o.result.kind, COMPARE_IDENTICAL));
    cr_expect(eq(str, o.result.settings, "--lr"));
}

/* One family: what is no difference beside a thousand other tests may be one alone. */
Test(compare, the_family_is_one) {
    compare_family f = {0};
    compare_add(&f, 0.002, 1, 2, "a");
    cr_assert(eq(int, compare_family_judge(&f), OK));
    cr_expect(f.tests[0].different);
    for (int k = 0; k < 1000; k++) { compare_add(&f, 0.5, 1, 2, "b %d", k); }
    cr_assert(eq(int, compare_family_judge(&f), OK));
    cr_expect(not(f.tests[0].different));
    cr_expect(eq(str, f.tests[1000].what, "b 999"));
    compare_family_free(&f);
}

/* Under another seed alone one comparison in a hundred may be called different. Skewed noise, three
 * repetitions of twelve cells; of 400 at most 11 (Bin(400, 0.01) exceeds it with probability
 * 0.001). shared: part of the noise is that of the repetition, the same in all cells. */
static int alarms_of(bool shared) {
    enum { TRIALS = 400, CELLS = 12, REPETITIONS = 3 };
    rng *r = rng_new(5, 0, 0, RNG_PILOT);
    int alarms = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        char texts[2][4000];
        for (int k = 0; k < 2; k++) {
            double own[REPETITIONS] = {0};
            int used = snprintf(texts[k], sizeof texts[k],
                                "# seed: %d\n# --starts: %s\nxi repetition level rounds\n", k,
                                shared ? "same" : "own");
            if (shared) { rng_normal_double(r, 0.3, REPETITIONS, own); }
            for (int row = 0; row < CELLS * REPETITIONS; row++) {
                double noise[2];
                rng_normal_double(r, 1, 2, noise);
                used += snprintf(texts[k] + used, sizeof texts[k] - (size_t)used,
                                 "%d %d %.9g %.0f\n", row / REPETITIONS, row % REPETITIONS,
                                 (1 + 0.3 * noise[0] * noise[0]) * exp(own[row % REPETITIONS]),
                                 5 + noise[1]);
            }
        }
        outcome o = compare(texts[0], texts[1]);
        alarms += o.different > 0;
        compare_family_free(&o.family);
    }
    rng_free(r);
    return alarms;
}

Test(compare, false_alarms_as_stated) { cr_expect(le(int, alarms_of(false), 11)); }
Test(compare, false_alarms_of_shared_starts) { cr_expect(le(int, alarms_of(true), 11)); }

/* Levels that a prediction stands beside are compared in their own table; the prediction is here. */
Test(compare, runs_of_another_table_are_compared_there) {
    static const char one[] = "# seed: 1\n# --cells: runs.dat\nlevel measured\n2 0.1\n",
                      other[] = "# seed: 1\n# --cells: runs.dat\nlevel measured\n2 0.2\n",
                      alone[] = "# seed: 1\nlevel measured\n2 0.1\n",
                      changed[] = "# seed: 1\nlevel measured\n2 0.2\n",
                      level[] = "# seed: 1\n# --cells: runs.dat\nlevel measured\n3 0.1\n";
    expect_different(one, other, 0);
    expect_different(alone, changed, 1);
    expect_different(one, level, 1);
}
