/* Archives as other programs than NumPy write them, and what is said of those that cannot be read.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "io/npy.h"

#include <unistd.h>

#include "tests/support/npz_archive.h"

#define FOLDER "build/test-tmp/npy_archives/"

static char path[128]; /* of this test alone */

static void make_test_folder(void) {
    make_folder("npy_archives");
    snprintf(path, sizeof path, FOLDER "%ld.npz", (long)getpid());
}

static void remove_archive(void) { remove(path); }

TestSuite(npy_archives, .init = make_test_folder, .fini = remove_archive);

enum { COUNT = 3, ROOM = 256 };
static const double first[COUNT] = {1, -2.5, 1e-300}, second[COUNT] = {3, 4, 5};

static raw_member member(const char *name, const double *values, unsigned char *bytes) {
    const char *dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
    return (raw_member){name, bytes, npy_bytes(1, dict, values, COUNT * sizeof *values, bytes)};
}

static void check_read(const char *name, const double *values, const char *what) {
    npy_array array;
    cr_assert(eq(int, npz_read(path, name, &array), OK), "%s: %s", what, error_text());
    cr_assert(eq(sz, array.count, COUNT), "%s", what);
    cr_assert(eq(int, memcmp(array.values, values, COUNT * sizeof *values), 0), "%s", what);
    cr_assert(eq(int, npz_has(path, name), 1), "%s", what);
    npy_free(&array);
}

static void check_line(const char *name, const char *reason) {
    npy_array array;
    cr_assert(eq(int, npz_read(path, name, &array), BAD_INPUT), "expected: %s", reason);
    cr_assert(strstr(error_text(), reason) != NULL, "expected '%s' in: %s", reason, error_text());
    cr_assert(array.values == NULL);
}

/* Written to a pipe, by Info-ZIP, libarchive, Go, Java or Rust: size and checksum stand behind the
 * data, or in 64-bit fields; what stands before the data is nothing to go by. Names with and
 * without ".npy". */
Test(npy_archives, forms_of_other_writers) {
    static const zip_form forms[] = {
        {.deflated = false},
        {.deflated = true},
        {.descriptor = DESCRIPTOR},
        {.descriptor = DESCRIPTOR, .deflated = true, .utf8 = true},
        {.descriptor = DESCRIPTOR_UNSIGNED},
        {.descriptor = DESCRIPTOR_UNSIGNED, .deflated = true},
        {.descriptor = DESCRIPTOR_64, .wide_directory = true, .wide_end = true},
        {.descriptor = DESCRIPTOR_64, .deflated = true},
        {.wide_directory = true},
        {.wide_end = true},
        {.false_headers = true},
        {.comment = "made by hand"}};
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        for (int suffix = 0; suffix < 2; suffix++) {
            unsigned char x[ROOM], y[ROOM];
            char what[64];
            const raw_member members[] = {{"notes/", "", 0},
                                          member(suffix ? "x.npy" : "x", first, x),
                                          {"read.me", "not an array", 12},
                                          member(suffix ? "y.npy" : "y", second, y)};
            snprintf(what, sizeof what, "form %zu, suffix %d", k, suffix);
            zip_write(path, &forms[k], members, 4);
            check_read("x", first, what);
            check_read("y", second, what);
            cr_assert(eq(int, npz_has(path, "z"), 0));
        }
    }
}

/* What NumPy lists is what is listed; a name in other letters or another folder comes first. */
Test(npy_archives, missing_arrays_list_what_is_there) {
    static const struct {
        const char *names[10];
        const char *says;
    } cases[] = {
        {{"X.npy", "y.npy"},
         "array 'features' is missing; the file has 'X', 'y'; write it with numpy.savez("},
        {{"./features.npy"}, "the file has './features';"},
        {{"set/labels.npy", "set/features.npy"}, "the file has 'set/features', 'set/labels';"},
        {{"a", "b", "c", "d", "e", "f", "g", "h", "Features.npy"},
         "the file has 'Features', 'a', 'b', 'c', 'd', 'e' and 3 more;"},
        {{"features.npy/", "features.NPY", "features.npy.npy", "eatures"},
         "the file has 'features.npy/', 'features.NPY', 'features.npy', 'eatures';"},
        {{NULL}, "the file has no arrays;"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        raw_member members[10];
        size_t count = 0;
        for (; cases[k].names[count]; count++) {
            members[count] = (raw_member){cases[k].names[count], "", 0};
        }
        zip_write(path, &(zip_form){.deflated = false}, members, count);
        check_line("features", cases[k].says);
        cr_assert(eq(int, npz_has(path, "features"), 0));
    }
}

/* The list is cut, not the line broken: long names, many members. */
Test(npy_archives, long_names_are_cut) {
    enum { LONG = 300 };
    char names[20][LONG];
    raw_member members[20];
    for (size_t k = 0; k < 20; k++) {
        memset(names[k], k % 2 ? 'a' : '\n', LONG - 1);
        names[k][LONG - 1] = '\0';
        names[k][0] = (char)('a' + k);
        members[k] = (raw_member){names[k], "", 0};
    }
    zip_write(path, &(zip_form){.deflated = false}, members, 20);
    check_line("features", " and 14 more; write it with numpy.savez(path, features=...)");
    cr_assert(strchr(error_text(), '\n') == NULL, "%s", error_text());
}

/* One array twice: the same data may be taken, of different ones it cannot be known which is meant.
 */
Test(npy_archives, one_name_twice) {
    unsigned char x[ROOM], y[ROOM], z[ROOM];
    static const char *const names[][2] = {
        {"x.npy", "x.npy"}, {"x", "x"}, {"x", "x.npy"}, {"x.npy", "x"}};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const raw_member members[] = {member(names[k][0], first, x), member(names[k][1], second, y),
                                      member("z.npy", second, z)};
        zip_write(path, &(zip_form){.deflated = false}, members, 3);
        check_line("x", "array 'x' is there 2 times with different data; keep one");
        cr_assert(eq(int, npz_has(path, "x"), 1), "it is there, and reading says what is wrong");
        check_read("z", second, "the other array");
        const raw_member same[] = {member(names[k][0], first, x), member(names[k][1], first, y)};
        zip_write(path, &(zip_form){.descriptor = DESCRIPTOR}, same, 2);
        check_read("x", first, "the same twice");
    }
}

/* Without size and checksum before the data, those behind it and in the directory still bind: every
 * byte of the data that is changed is noticed, and every beginning of the file refused. */
Test(npy_archives, damage_of_streamed_archives) {
    for (int deflated = 0; deflated < 2; deflated++) {
        unsigned char x[ROOM];
        size_t size, data = 30 + 5 + (deflated ? 5 : 0);
        const raw_member members[] = {member("x.npy", first, x)};
        npy_array array;
        zip_write(path, &(zip_form){.descriptor = DESCRIPTOR, .deflated = deflated}, members, 1);
        unsigned char *zip = file_read(path, &size);
        for (size_t k = data; k < data + members->size; k++) {
            zip[k] ^= 0x10;
            file_write(path, zip, size);
            cr_assert(eq(int, npz_read(path, "x", &array), BAD_INPUT), "byte %zu", k);
            zip[k] ^= 0x10;
        }
        for (size_t length = 0; length < size; length++) {
            file_write(path, zip, length);
            cr_assert(eq(int, npz_read(path, "x", &array), BAD_INPUT), "first %zu bytes", length);
        }
        file_write(path, zip, size);
        check_read("x", first, "whole");
        free(zip);
    }
}
