/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/machine.h"
#include "cli/provenance.h"

#include <cblas.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <lapacke.h>
#include <math.h>
#include <omp.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/real.h"
#include "io/file.h"

#include "tests/support/fixture.h"

TestSuite(machine);

/* C = A^T B^T by definition. */
static void single_by_definition(int n, const float *a, const float *b, float *c) {
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            float sum = 0.0f;
            for (int k = 0; k < n; k++) { sum += a[k * n + i] * b[j * n + k]; }
            c[i * n + j] = sum;
        }
    }
}

static void double_by_definition(int n, const double *a, const double *b, double *c) {
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            double sum = 0.0;
            for (int k = 0; k < n; k++) { sum += a[k * n + i] * b[j * n + k]; }
            c[i * n + j] = sum;
        }
    }
}

static atomic_int calls;

/* By the QR iteration; the library itself divides and conquers. */
static int eigen_by_iteration(int n, double *a, double *w) {
    return LAPACKE_dsyev(LAPACK_COL_MAJOR, 'V', 'L', n, a, n, w);
}

/* One eigenvalue of one thread is wrong in its tenth digit. */
static int eigen_once_wrong(int n, double *a, double *w) {
    const int code = eigen_by_iteration(n, a, w);
    w[3] *= atomic_fetch_add(&calls, 1) == 1 ? 1.0 + 1e-10 : 1.0;
    return code;
}

/* Two eigenvectors change places. */
static int eigen_with_wrong_vectors(int n, double *a, double *w) {
    const int code = eigen_by_iteration(n, a, w);
    for (int i = 0; i < n; i++) {
        const double x = a[i];
        a[i] = a[n + i];
        a[n + i] = x;
    }
    return code;
}

static int eigen_with_nan(int n, double *a, double *w) {
    const int code = eigen_by_iteration(n, a, w);
    w[n - 1] = 0.0 / (w[0] - w[0]);
    return code;
}

static int eigen_that_fails(int n, double *a, double *w) {
    (void)n, (void)a, (void)w;
    return 1;
}

/* Right but for one entry of one product among thousands. */
static void single_once_wrong(int n, const float *a, const float *b, float *c) {
    single_by_definition(n, a, b, c);
    c[n + 3] += atomic_fetch_add(&calls, 1) == 777 ? 1.0f : 0.0f;
}

static void double_once_wrong(int n, const double *a, const double *b, double *c) {
    double_by_definition(n, a, b, c);
    c[n + 3] += atomic_fetch_add(&calls, 1) == 777 ? 1.0 : 0.0;
}

/* Leaves a NaN, which no comparison may let pass. */
static void double_with_nan(int n, const double *a, const double *b, double *c) {
    double_by_definition(n, a, b, c);
    c[0] = 0.0 / (c[0] - c[0]);
}

/* What the serial build does: one buffer for all threads. The first to write it waits for another
 * to write over it, so that they quarrel on a busy machine too. */
static void double_with_shared_buffer(int n, const double *a, const double *b, double *c) {
    static double buffer[4096];
    static atomic_int writes, quarrels;
    double mine[4096];
    int ticket;
#pragma omp critical(buffer)
    {
        memcpy(buffer, a, sizeof(double) * (size_t)(n * n));
        ticket = atomic_fetch_add(&writes, 1) + 1;
    }
    for (int ms = 0; ms < 10000 && atomic_load(&quarrels) == 0 && atomic_load(&writes) == ticket;
         ms++) {
        usleep(1000);
    }
#pragma omp critical(buffer)
    memcpy(mine, buffer, sizeof(double) * (size_t)(n * n));
    if (atomic_load(&writes) != ticket) { atomic_store(&quarrels, 1); }
    double_by_definition(n, mine, b, c);
}

Test(machine, right_products_pass) {
    const machine_routines routines = {single_by_definition, double_by_definition,
                                       eigen_by_iteration};
    cr_assert(eq(int, machine_check(OPENBLAS_THREAD, &routines, 2), OK), "%s", error_text());
}

Test(machine, one_wrong_entry_is_noticed) {
    const machine_routines single = {single_once_wrong, double_by_definition, eigen_by_iteration};
    cr_assert(eq(int, machine_check(OPENBLAS_THREAD, &single, 2), FAILED));
    cr_assert(strstr(error_text(), "libopenblas0-pthread") != NULL, "%s", error_text());
    cr_assert(strstr(error_text(), "1 entries") != NULL, "%s", error_text());
    atomic_store(&calls, 0);
    const machine_routines both = {single_by_definition, double_once_wrong, eigen_by_iteration};
    cr_assert(eq(int, machine_check(OPENBLAS_THREAD, &both, 2), FAILED));
    const machine_routines nan = {single_by_definition, double_with_nan, eigen_by_iteration};
    cr_assert(eq(int, machine_check(OPENBLAS_THREAD, &nan, 2), FAILED));
}

/* The check uses two threads even where one is asked for, with matrices of their own. */
Test(machine, a_buffer_shared_by_threads_is_noticed) {
    const machine_routines routines = {single_by_definition, double_with_shared_buffer,
                                       eigen_by_iteration};
    cr_assert(eq(int, machine_check(OPENBLAS_THREAD, &routines, 1), FAILED));
}

Test(machine, wrong_eigenpairs_are_noticed) {
    int (*const wrong[])(int n, double *a, double *w) = {eigen_once_wrong, eigen_with_wrong_vectors,
                                                         eigen_with_nan, eigen_that_fails};
    const char *counts[] = {"1 eigenpairs", "4 eigenpairs", "2 eigenpairs",
                            "64 eigenpairs"}; /* of both threads */
    for (int i = 0; i < 4; i++) {
        const machine_routines routines = {single_by_definition, double_by_definition, wrong[i]};
        cr_assert(eq(int, machine_check(OPENBLAS_THREAD, &routines, 2), FAILED), "case %d", i);
        cr_assert(strstr(error_text(), counts[i]) != NULL, "%s", error_text());
        cr_assert(strstr(error_text(), "libopenblas0-pthread") != NULL, "%s", error_text());
    }
}

Test(machine, other_builds_are_refused_with_the_cure) {
    const machine_routines routines = {single_by_definition, double_by_definition,
                                       eigen_by_iteration};
    cr_assert(eq(int, machine_check(OPENBLAS_SEQUENTIAL, &routines, 2), FAILED));
    cr_assert(strstr(error_text(), "serial") != NULL &&
              strstr(error_text(), "libopenblas0-pthread") != NULL);
    cr_assert(eq(int, machine_check(OPENBLAS_OPENMP, &routines, 2), FAILED));
    cr_assert(strstr(error_text(), "openmp") != NULL &&
              strstr(error_text(), "libopenblas0-pthread") != NULL);
}

/* Linked in the wrong order, cblas_sgemm would be GSL's: ten times slower, without a word. */
Test(machine, products_come_from_openblas) {
    cr_assert(strstr(machine_blas_library(), "libopenblas") != NULL, "'%s'",
              machine_blas_library());
    cr_assert(eq(int, machine_start(2), OK), "%s", error_text());
    cr_assert(eq(int, openblas_get_num_threads(), 1));
}

Test(machine, threads) {
    cpu_set_t set;
    cr_assert(eq(int, sched_getaffinity(0, sizeof set, &set), 0));
    if (!getenv("OMP_NUM_THREADS") &&
        !getenv("OMP_THREAD_LIMIT")) { /* tests/program/test_limits.c has the others */
        cr_assert(
            eq(int, machine_threads(), (int)fmin(CPU_COUNT(&set), ceil(cgroup_processors("")))));
    }
}

/* VERSION beside the executable, read by other means. */
static void version_expect(char *text, size_t size) {
    char path[4096 + 16] = "";
    snprintf(text, size, "unknown");
    cr_assert(readlink("/proc/self/exe", path, 4096) > 0);
    strcpy(strrchr(path, '/'), "/VERSION");
    FILE *file = fopen(path, "r");
    if (file) {
        cr_assert(eq(int, fscanf(file, " %127[^\n]", text), 1));
        fclose(file);
    }
}

Test(machine, provenance) {
    cr_assert(eq(int, folder_make("build/test-tmp/machine"), OK));
    char path[64], expected[128], note[512];
    snprintf(path, sizeof path, "build/test-tmp/machine/%ld.dat", (long)getpid());
    table *t = fixture_table("x", 9);
    provenance_note(t);
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    table_free(t);
    table_data data;
    cr_assert(eq(int, table_read(path, &data), OK), "%s", error_text());

    const char *keys[] = {"version", "compiler", "flags",         "precision", "gsl",
                          "lapack",  "openblas", "openblas core", "date",      "host"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        cr_assert(table_note_of(&data, keys[i], note, sizeof note) && *note, "no note '%s'",
                  keys[i]);
    }
    version_expect(expected, sizeof expected);
    cr_assert(table_note_of(&data, "version", note, sizeof note));
    cr_assert(eq(str, note, expected));
    cr_assert(table_note_of(&data, "precision", note, sizeof note));
    cr_assert(eq(str, note, sizeof(real) == sizeof(float) ? "single" : "double"));
    cr_assert(table_note_of(&data, "openblas core", note, sizeof note));
    cr_assert(eq(str, note, openblas_get_corename()));
    int major, minor, patch, length = 0;
    cr_assert(table_note_of(&data, "lapack", note, sizeof note));
    cr_assert(eq(int, sscanf(note, "%d.%d.%d%n", &major, &minor, &patch, &length), 3));
    cr_assert(major >= 3 && note[length] == '\0', "%s", note);
    struct tm when = {0};
    cr_assert(table_note_of(&data, "date", note, sizeof note));
    const char *end = strptime(note, "%Y-%m-%dT%H:%M:%SZ", &when);
    cr_assert(end != NULL && *end == '\0', "%s", note);
    cr_assert(le(dbl, difftime(time(NULL), timegm(&when)), 60.0));
    cr_assert(le(dbl, 0.0, difftime(time(NULL), timegm(&when))));
    table_data_free(&data);
    cr_assert(eq(int, unlink(path), 0));
}
