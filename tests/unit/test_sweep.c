/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/sweep.h"

#include <unistd.h>

#include "tests/support/toy_sweep.h"

TestSuite(sweep, .init = prepare);

/* --- the same bytes, however they come about --- */

Test(sweep, threads_do_not_matter) {
    char first[4096], *bytes;
    size_t size;
    sweep_options options = with_threads(1);
    const char *fingerprint = run_expect(&options, UNITS, 0, 0);
    cr_assert(eq(sz, files_count(fingerprint, ".unit"), UNITS));
    cr_assert(eq(sz, files_count(fingerprint, ""), UNITS)); /* and nothing else */
    cr_assert(
        eq(int, file_read_whole(toy_path(fingerprint, 3, 2), sizeof first, &bytes, &size), OK));
    memcpy(first, bytes, size + 1);
    free(bytes);
    options.threads = 2;
    options.fresh = true;
    run_expect(&options, UNITS, 0, 0);
    cr_assert(
        eq(int, file_read_whole(toy_path(fingerprint, 3, 2), sizeof first, &bytes, &size), OK));
    cr_assert(eq(str, bytes, first));
    free(bytes);
    options.threads = 50;
    options.fresh = false;
    run_expect(&options, 0, UNITS, 0);
}

Test(sweep, shards_then_gather) {
    const sweep s = toy_sweep(&plain);
    const size_t shares[3] = {7, 7, 6};
    for (size_t shard = 1; shard <= 3; shard++) {
        sweep_options options = with_threads(2);
        options.shard = shard;
        options.shards = 3;
        for (int again = 0; again < 2; again++) { /* a shard resumes as well */
            sweep_result result;
            cr_assert(eq(int, sweep_run(&s, &options, &result), OK), "%s", error_text());
            cr_assert(eq(sz, result.computed, again ? 0 : shares[shard - 1]));
            cr_assert(eq(sz, result.reused, again ? shares[shard - 1] : 0));
            cr_assert(not(result.complete));
            cr_assert(result.values == NULL);
            for (size_t i = 0; i < UNITS;
                 i++) { /* shards up to this one, and they alone, are there */
                const int there =
                    access(toy_path(result.fingerprint, i / REPEATS, i % REPEATS), F_OK) == 0;
                cr_assert(eq(int, there, i % 3 < shard), "unit %zu after shard %zu", i, shard);
            }
            sweep_result_free(&result);
        }
    }
    const sweep_options gather = with_threads(2);
    run_expect(&gather, 0, UNITS, 0);
}

Test(sweep, more_shards_than_units) {
    const sweep s = toy_sweep(&plain);
    sweep_options options = with_threads(2);
    sweep_result result;
    options.shard = options.shards = UNITS + 7;
    cr_assert(eq(int, sweep_run(&s, &options, &result), OK), "%s", error_text());
    cr_assert(eq(sz, result.computed + result.reused, 0));
}

Test(sweep, missing_units_are_computed_again) {
    const sweep_options options = with_threads(2);
    const char *fingerprint = run_expect(&options, UNITS, 0, 0);
    cr_assert(eq(int, unlink(toy_path(fingerprint, 0, 0)), 0));
    cr_assert(eq(int, unlink(toy_path(fingerprint, 2, 1)), 0));
    cr_assert(eq(int, unlink(toy_path(fingerprint, 4, 3)), 0));
    run_expect(&options, 3, UNITS - 3, 0);
}

Test(sweep, damaged_units_are_computed_again) {
    const sweep_options options = with_threads(2);
    const char *fingerprint = run_expect(&options, UNITS, 0, 0);
    cr_assert(eq(int, truncate(toy_path(fingerprint, 1, 1), 200), 0));
    FILE *file = fopen(toy_path(fingerprint, 2, 2), "r+");
    cr_assert(file != NULL && fseek(file, -2, SEEK_END) == 0 && fputc('9', file) == '9' &&
              fclose(file) == 0);
    char from[256];
    snprintf(from, sizeof from, "%s", toy_path(fingerprint, 3, 3)); /* whole, but another unit's */
    cr_assert(eq(int, rename(from, toy_path(fingerprint, 4, 1)), 0));
    run_expect(&options, 4, UNITS - 4, 3);
    run_expect(&options, 0, UNITS, 0);
}

Test(sweep, stale_temporary_files_are_ignored) {
    const sweep_options options = with_threads(1);
    const char *fingerprint = run_expect(&options, UNITS, 0, 0);
    char stale[300];
    snprintf(stale, sizeof stale, "%s.tmp-host-1-1", toy_path(fingerprint, 0, 0));
    cr_assert(eq(int, rename(toy_path(fingerprint, 0, 0), stale), 0));
    run_expect(&options, 1, UNITS - 1, 0);
    cr_assert(eq(int, access(stale, F_OK), 0));
}

Test(sweep, fresh_forgets_units_and_nothing_else) {
    sweep_options options = with_threads(2);
    char note[256];
    const char *fingerprint = run_expect(&options, UNITS, 0, 0);
    snprintf(note, sizeof note, "%s.units/%.16s/note.txt", out, fingerprint);
    cr_assert(eq(int, file_write_whole(note, "mine", 4), OK));
    options.fresh = true;
    run_expect(&options, UNITS, 0, 0);
    cr_assert(eq(int, access(note, F_OK), 0));
    options.shard = 2;
    options.shards = 4; /* forgets and computes its own alone */
    const sweep s = toy_sweep(&plain);
    sweep_result result;
    cr_assert(eq(int, sweep_run(&s, &options, &result), OK), "%s", error_text());
    cr_assert(eq(sz, result.computed, UNITS / 4));
    cr_assert(eq(sz, files_count(fingerprint, ".unit"), UNITS));
    options = with_threads(1);
    run_expect(&options, 0, UNITS, 0);
}

Test(sweep, more_repeats_keep_the_old_units) {
    sweep s = toy_sweep(&plain);
    const sweep_options options = with_threads(1);
    sweep_result result;
    s.cells = 1; /* cells lie one after the other in toy_run's indices */
    s.repeats = 2;
    cr_assert(eq(int, sweep_run(&s, &options, &result), OK));
    sweep_result_free(&result);
    s.repeats = 4;
    cr_assert(eq(int, sweep_run(&s, &options, &result), OK));
    cr_assert(eq(sz, result.reused, 2));
    cr_assert(eq(sz, result.computed, 2));
    sweep_result_free(&result);
}

Test(sweep, other_settings_are_never_mixed_in) {
    const sweep_options options = with_threads(1);
    const char *fingerprint = run_expect(&options, UNITS, 0, 0);
    sweep others[2] = {toy_sweep(&plain), toy_sweep(&plain)};
    others[0].settings = "width 3\nseed 2\n";
    others[1].program = "toy2";
    for (int i = 0; i < 2; i++) {
        sweep_result result;
        cr_assert(eq(int, sweep_run(&others[i], &options, &result), OK));
        cr_assert(eq(sz, result.reused, 0));
        cr_assert(ne(str, result.fingerprint, (char *)fingerprint));
        cr_assert(eq(sz, strlen(result.fingerprint), 64));
        sweep_result_free(&result);
    }
    run_expect(&options, 0, UNITS, 0);
}

/* --- order, prediction, BLAS --- */

Test(sweep, longest_first_ties_by_index) {
    const size_t cells[CELLS] = {3, 1, 0, 2, 4}; /* costs 103, 101, 10, 10, 10 */
    const sweep_options options = with_threads(1);
    run_expect(&options, UNITS, 0, 0);
    for (size_t i = 0; i < UNITS; i++) {
        cr_assert(eq(sz, order[i], cells[i / REPEATS] * REPEATS + i % REPEATS), "call %zu", i);
    }
}

Test(sweep, prediction) {
    sweep s = toy_sweep(&plain);
    sweep_options options = with_threads(2);
    sweep_result result;
    cr_assert(eq(int, sweep_run(&s, &options, &result), OK));
    cr_assert(eq(dbl, result.predicted, 0.0)); /* no measure given */
    sweep_result_free(&result);
    options.fresh = true;
    s.seconds_per_cost = 0.5;
    cr_assert(eq(int, sweep_run(&s, &options, &result), OK));
    cr_assert(ieee_ulp_eq(dbl, result.predicted, 0.5 * 4 * (103 + 101 + 30) / 2.0, 4));
    cr_assert(lt(dbl, 0.0, result.seconds));
    sweep_result_free(&result);
    options.threads = 1000; /* the longest unit bounds the time from below */
    cr_assert(eq(int, sweep_run(&s, &options, &result), OK));
    cr_assert(ieee_ulp_eq(dbl, result.predicted, 0.5 * 103, 4));
    sweep_result_free(&result);
}

static status blas_threads_run(size_t cell, size_t repetition, double *values,
                               const void *context) {
    (void)context;
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = openblas_get_num_threads() + 0.0 * (double)(cell + repetition);
    }
    return OK;
}

Test(sweep, blas_is_on_one_thread_inside) {
    sweep s = toy_sweep(&plain);
    s.run = blas_threads_run;
    const sweep_options options = with_threads(2);
    sweep_result result;
    openblas_set_num_threads(2);
    cr_assert(eq(int, sweep_run(&s, &options, &result), OK));
    for (size_t i = 0; i < UNITS * VALUES; i++) { cr_assert(eq(dbl, result.values[i], 1.0)); }
    cr_assert(eq(int, openblas_get_num_threads(), 2));
    sweep_result_free(&result);
}
