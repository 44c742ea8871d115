/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/npy.h"

#include <dirent.h>
#include <float.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

#include "tests/support/npz_archive.h"

#define FOLDER "build/test-tmp/npy/"

static void make_test_folder(void) { make_folder("npy"); }

TestSuite(npy, .init = make_test_folder);

/* Number of directory entries whose name starts with `start`. */
static int files_like(const char *start) {
    int count = 0;
    DIR *folder = opendir(FOLDER);
    cr_assert(folder != NULL);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        count += strncmp(entry->d_name, start, strlen(start)) == 0;
    }
    closedir(folder);
    return count;
}

/* --- what was written is read back --- */

Test(npy, round_trip) {
    enum { COUNT = 2 * 3 * 5 * 7 };
    static const size_t counts[] = {1, 2, 6, 30, 210};
    double values[COUNT];
    for (size_t k = 0; k < COUNT; k++) {
        values[k] = sin((double)k) * pow(10, (double)(k % 60) - 30);
    }
    values[1] = -0.0;
    values[2] = INFINITY;
    values[3] = NAN;
    for (int rank = 0; rank <= NPY_MAX_RANK; rank++) {
        const npy_output arrays[] = {{"single", "f4", rank, {2, 3, 5, 7}, values},
                                     {"both", "f8", rank, {2, 3, 5, 7}, values}};
        cr_assert(eq(int, npz_write(FOLDER "round.npz", arrays, 2), OK), "%s", error_text());
        for (int which = 0; which < 2; which++) {
            npy_array array;
            cr_assert(eq(int, npz_read(FOLDER "round.npz", arrays[which].name, &array), OK), "%s",
                      error_text());
            cr_assert(eq(str, array.type, (char *)arrays[which].type));
            cr_assert(eq(int, array.rank, rank));
            cr_assert(eq(sz, array.count, counts[rank]));
            for (int r = 0; r < NPY_MAX_RANK; r++) {
                cr_assert(eq(sz, array.shape[r], r < rank ? arrays[which].shape[r] : 1));
            }
            for (size_t k = 0; k < array.count; k++) {
                double wanted = which == 0 ? (double)(float)values[k] : values[k];
                cr_assert(eq(int, memcmp(&array.values[k], &wanted, sizeof wanted), 0),
                          "rank %d entry %zu", rank, k);
            }
            npy_free(&array);
        }
    }
}

/* .npy: byte for byte what the format says, put together here by hand. */
Test(npy, write_is_the_format) {
    const double values[6] = {1, -2.5, 1e-3, 4, 5, 6};
    const float single[6] = {1, -2.5f, 1e-3f, 4, 5, 6};
    const char *dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
    const npy_output doubles = {NULL, "f8", 2, {2, 3}, values},
                     singles = {NULL, "f4", 1, {6}, values};
    unsigned char wanted[512];
    size_t size, length = npy_bytes(1, dict, values, sizeof values, wanted);
    cr_assert(eq(int, npy_write(FOLDER "f8.npy", &doubles), OK), "%s", error_text());
    unsigned char *bytes = file_read(FOLDER "f8.npy", &size);
    cr_assert(eq(sz, size, length));
    cr_assert(eq(int, memcmp(bytes, wanted, size), 0));
    free(bytes);

    dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }";
    length = npy_bytes(1, dict, single, sizeof single, wanted);
    cr_assert(eq(int, npy_write(FOLDER "f4.npy", &singles), OK), "%s", error_text());
    bytes = file_read(FOLDER "f4.npy", &size);
    cr_assert(eq(sz, size, length));
    cr_assert(eq(int, memcmp(bytes, wanted, size), 0));
    free(bytes);
}

/* The same arrays make the same bytes, in any time zone; nothing else is left in the folder. */
Test(npy, write_is_repeatable) {
    const double values[3] = {1, 2, 3};
    const npy_output array = {"x", "f8", 1, {3}, values};
    static const char *const zones[] = {"UTC", "America/Los_Angeles", "Asia/Tokyo"};
    unsigned char *first = NULL;
    size_t first_size = 0;
    for (size_t k = 0; k < 3; k++) {
        setenv("TZ", zones[k], 1);
        cr_assert(eq(int, npz_write(FOLDER "repeat.npz", &array, 1), OK), "%s", error_text());
        size_t size;
        unsigned char *bytes = file_read(FOLDER "repeat.npz", &size);
        cr_assert(eq(int, memcmp(bytes + 10, "\0\0\x21\0", 4), 0), "not dated 1980-01-01 00:00");
        if (!first) {
            first = bytes;
            first_size = size;
            continue;
        }
        cr_assert(eq(sz, size, first_size));
        cr_assert(eq(int, memcmp(bytes, first, size), 0), "%s", zones[k]);
        free(bytes);
    }
    free(first);
    cr_assert(eq(int, files_like("repeat"), 1));
}

/* More entries than are converted at a time, both orders, stored and deflated. Entry (i, j, k) is
 * 10000i + 100j + k. */
Test(npy, order_and_compression) {
    enum { A = 17, B = 19, C = 23 };
    static float c_order[A * B * C], fortran[A * B * C];
    for (size_t i = 0; i < A; i++) {
        for (size_t j = 0; j < B; j++) {
            for (size_t k = 0; k < C; k++) {
                c_order[(i * B + j) * C + k] = (float)(10000 * i + 100 * j + k);
                fortran[(k * B + j) * A + i] = (float)(10000 * i + 100 * j + k);
            }
        }
    }
    static const char *const dicts[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (17, 19, 23), }",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (17, 19, 23), }"};
    static const int methods[] = {ZIP_CM_STORE, ZIP_CM_DEFLATE};
    for (int way = 0; way < 4; way++) {
        npy_array array;
        write_one(FOLDER "order.npz", dicts[way / 2], way / 2 ? fortran : c_order, sizeof fortran,
                  methods[way % 2]);
        cr_assert(eq(int, npz_read(FOLDER "order.npz", "x", &array), OK), "%s", error_text());
        for (size_t i = 0; i < A; i++) {
            for (size_t j = 0; j < B; j++) {
                for (size_t k = 0; k < C; k++) {
                    cr_assert(eq(dbl, array.values[(i * B + j) * C + k],
                                 (double)(10000 * i + 100 * j + k)));
                }
            }
        }
        npy_free(&array);
    }
}

Test(npy, fortran_order_of_any_rank) {
    static const char *const shapes[] = {"()", "(2,)", "(2, 3)", "(2, 1, 3)", "(1, 2, 1, 3)"};
    static const double data[] = {1, 2, 3, 4, 5, 6}, wide[] = {1, 3, 5, 2, 4, 6};
    static const size_t counts[] = {1, 2, 6, 6, 6};
    for (int rank = 0; rank <= NPY_MAX_RANK; rank++) {
        char dict[128];
        npy_array array;
        snprintf(dict, sizeof dict, "{'descr': '<f8', 'fortran_order': True, 'shape': %s, }",
                 shapes[rank]);
        write_one(FOLDER "fortran.npz", dict, data, counts[rank] * sizeof *data, ZIP_CM_STORE);
        cr_assert(eq(int, npz_read(FOLDER "fortran.npz", "x", &array), OK), "%s", error_text());
        for (size_t k = 0; k < counts[rank]; k++) {
            cr_assert(eq(dbl, array.values[k], rank < 2 ? data[k] : wide[k]), "rank %d entry %zu",
                      rank, k);
        }
        npy_free(&array);
    }
}

/* --- types --- */

/* The array of `type` with these two entries reads as `low` and `high`. */
static void check_integers(const char *type, const void *data, size_t item, double low,
                           double high) {
    char dict[128], path[128];
    npy_array array;
    snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': False, 'shape': (2,), }", type);
    snprintf(path, sizeof path, FOLDER "type-%s.npz", type + 1);
    write_one(path, dict, data, 2 * item, ZIP_CM_STORE);
    cr_assert(eq(int, npz_read(path, "x", &array), OK), "%s: %s", type, error_text());
    cr_assert(eq(dbl, array.values[0], low), "%s", type);
    cr_assert(eq(dbl, array.values[1], high), "%s", type);
    cr_assert(eq(str, array.type, (char *)type + 1));
    npy_free(&array);
}

Test(npy, integer_types) {
    const int64_t limit = (int64_t)1 << 53;
    check_integers("|u1", (uint8_t[]){0, UINT8_MAX}, 1, 0, 255);
    check_integers("<u2", (uint16_t[]){0, UINT16_MAX}, 2, 0, 65535);
    check_integers("<u4", (uint32_t[]){0, UINT32_MAX}, 4, 0, 4294967295.0);
    check_integers("<u8", (uint64_t[]){0, (uint64_t)limit}, 8, 0, 9007199254740992.0);
    check_integers("|i1", (int8_t[]){INT8_MIN, INT8_MAX}, 1, -128, 127);
    check_integers("<i2", (int16_t[]){INT16_MIN, INT16_MAX}, 2, -32768, 32767);
    check_integers("<i4", (int32_t[]){INT32_MIN, INT32_MAX}, 4, -2147483648.0, 2147483647.0);
    check_integers("<i8", (int64_t[]){-limit, limit}, 8, -9007199254740992.0, 9007199254740992.0);
    check_integers("|b1", (uint8_t[]){0, 1}, 1, 0, 1);
    check_integers("|b1", (uint8_t[]){0, 2}, 1, 0, 1); /* true, as in NumPy */
}

Test(npy, no_entries) {
    npy_array array;
    write_one(FOLDER "none.npz", "{'descr': '<f4', 'fortran_order': True, 'shape': (0, 3), }", "",
              0, ZIP_CM_STORE);
    cr_assert(eq(int, npz_read(FOLDER "none.npz", "x", &array), OK), "%s", error_text());
    cr_assert(eq(sz, array.count, 0));
    cr_assert(eq(sz, array.shape[1], 3));
    npy_free(&array);
    npy_free(&array);
    cr_assert(array.values == NULL);
}

/* Arrays of the released program's recordings, written by NumPy. */
Test(npy, reads_files_of_numpy) {
    npy_array array;
    const char *path = "tests/reference/replay-bernoulli.npz";
    cr_assert(eq(int, npz_read(path, "masks", &array), OK), "%s", error_text());
    cr_assert(eq(str, array.type, "u1"));
    cr_assert(eq(int, array.rank, 3));
    for (size_t k = 0; k < array.count; k++) {
        cr_assert(array.values[k] == 0 || array.values[k] == 1);
    }
    npy_free(&array);
    cr_assert(eq(int, npz_read(path, "local_steps", &array), OK), "%s", error_text());
    cr_assert(eq(str, array.type, "i8"));
    cr_assert(eq(int, array.rank, 0));
    size_t steps = (size_t)array.values[0];
    npy_free(&array);
    cr_assert(eq(int, npz_read(path, "local_loss", &array), OK), "%s", error_text());
    cr_assert(eq(str, array.type, "f8"));
    cr_assert(eq(sz, array.shape[2], steps));
    npy_free(&array);
}

Test(npy, has) {
    cr_assert(eq(int, npz_has("data/digits.npz", "labels"), 1));
    cr_assert(eq(int, npz_has("data/digits.npz", "label"), 0));
    cr_assert(eq(int, npz_has("data/digits.npz", "abels"), 0));
    cr_assert(eq(int, npz_has("data/no-such-file.npz", "labels"), 0));
}

Test(npy, missing_folders_are_made) {
    const double value = 3;
    const npy_output output = {"x", "f8", 0, {0}, &value};
    npy_array array;
    cr_assert(eq(int, system("rm -rf " FOLDER "new"), 0));
    cr_assert(eq(int, npy_write(FOLDER "new/a/x.npy", &output), OK), "%s", error_text());
    cr_assert(eq(int, npz_write(FOLDER "new/b/x.npz", &output, 1), OK), "%s", error_text());
    cr_assert(eq(int, npz_read(FOLDER "new/b/x.npz", "x", &array), OK), "%s", error_text());
    npy_free(&array);
}

/* --- writing that fails --- */

/* The failure names the file, and nothing of it is left. */
static void check_not_written(status s, const char *name, int left, const char *reason) {
    cr_assert(eq(int, s, FAILED), "%s, expected: %s", name, reason);
    cr_assert(strstr(error_text(), name) != NULL, "%s", error_text());
    cr_assert(strstr(error_text(), reason) != NULL, "expected '%s' in: %s", reason, error_text());
    cr_assert(eq(int, files_like(name), left), "%s", name);
}

Test(npy, write_failures) {
    const double value = 1;
    npy_output array = {"x", "f8", 0, {0}, &value};
    const npy_output twice[] = {array, array};
    cr_assert(eq(int, npz_write(FOLDER "fail-file", &array, 1), OK), "%s", error_text());
    check_not_written(npy_write(FOLDER "fail-file/a.npy", &array), "fail-file", 1,
                      "Not a directory");
    check_not_written(npz_write(FOLDER "fail-file/a.npz", &array, 1), "fail-file", 1,
                      "Not a directory");
    make_folder("npy/fail-folder");
    check_not_written(npy_write(FOLDER "fail-folder", &array), "fail-folder", 1, "directory");
    check_not_written(npz_write(FOLDER "fail-folder", &array, 1), "fail-folder", 1, "directory");
    check_not_written(npz_write(FOLDER "fail-none.npz", &array, 0), "fail-none", 0, "no arrays");
    check_not_written(npz_write(FOLDER "fail-twice.npz", twice, 2), "fail-twice", 0, "exists");
    array.type = "i4";
    check_not_written(npy_write(FOLDER "fail-type", &array), "fail-type", 0, "dtype 'i4'");
    check_not_written(npz_write(FOLDER "fail-type", &array, 1), "fail-type", 0, "dtype 'i4'");
    array.type = "f4";
    array.rank = NPY_MAX_RANK + 1;
    check_not_written(npy_write(FOLDER "fail-rank", &array), "fail-rank", 0, "rank 5");
    char name[5000];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    array.rank = 0;
    cr_assert(eq(int, npy_write(name, &array), FAILED));
    cr_assert(strstr(error_text(), "too long") != NULL, "%s", error_text());
    array.name = name;
    check_not_written(npz_write(FOLDER "fail-name.npz", &array, 1), "fail-name", 0, "too long");
}

/* A disk that is full, played by a limit on the size of files: the old file stays as it was. */
Test(npy, full_disk) {
    enum { COUNT = 100000 };
    static double values[COUNT];
    const npy_output array = {"x", "f8", 1, {COUNT}, values}, small = {"x", "f8", 1, {1}, values};
    for (size_t k = 0; k < COUNT; k++) { values[k] = (double)k; }
    cr_assert(eq(int, npy_write(FOLDER "full.npy", &small), OK), "%s", error_text());
    cr_assert(eq(int, npz_write(FOLDER "full.npz", &small, 1), OK), "%s", error_text());
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {COUNT, COUNT};
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &limit), 0));
    check_not_written(npy_write(FOLDER "full.npy", &array), "full.npy", 1, "File too large");
    check_not_written(npz_write(FOLDER "full.npz", &array, 1), "full.npz", 1, "File too large");
    npy_array left;
    cr_assert(eq(int, npz_read(FOLDER "full.npz", "x", &left), OK), "%s", error_text());
    cr_assert(eq(sz, left.count, 1));
    npy_free(&left);
}
