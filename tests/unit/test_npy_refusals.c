/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/npy.h"

#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/npz_archive.h"

#define FOLDER "build/test-tmp/npy_refusals/"

static void make_test_folder(void) { make_folder("npy_refusals"); }

TestSuite(npy_refusals, .init = make_test_folder);

/* Reading array `name` is refused in one line that has the file, the array and the reason, and
 * leaves no array. */
static void check_refused(const char *path, const char *name, const char *reason) {
    npy_array array;
    cr_assert(eq(int, npz_read(path, name, &array), BAD_INPUT), "%s, expected: %s", path, reason);
    cr_assert(strstr(error_text(), reason) != NULL, "expected '%s' in: %s", reason, error_text());
    cr_assert(eq(int, strncmp(error_text(), path, strlen(path)), 0), "%s", error_text());
    cr_assert(strpbrk(error_text(), "\r\n") == NULL, "%s", error_text());
    cr_assert(array.values == NULL);
    cr_assert(eq(sz, array.count, 0));
}

static void check_member_refused(const char *path, const char *reason) {
    check_refused(path, "x", reason);
    cr_assert(strstr(error_text(), "array 'x'") != NULL, "%s", error_text());
}

Test(npy_refusals, integers_that_doubles_do_not_hold) {
    const int64_t limit = (int64_t)1 << 53;
    static const char i8[] = "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }";
    static const char u8[] = "{'descr': '<u8', 'fortran_order': False, 'shape': (2,), }";
    const char *path = FOLDER "large.npz";
    write_one(path, i8, (int64_t[]){0, limit + 1}, 16, ZIP_CM_STORE);
    check_member_refused(path, "entry 1 of the data (counted from 0) is an integer beyond 2^53");
    write_one(path, i8, (int64_t[]){-limit - 1, 0}, 16, ZIP_CM_STORE);
    check_member_refused(path, "entry 0");
    write_one(path, i8, (int64_t[]){0, INT64_MIN}, 16, ZIP_CM_STORE);
    check_member_refused(path, "entry 1");
    write_one(path, u8, (uint64_t[]){0, UINT64_MAX}, 16, ZIP_CM_STORE);
    check_member_refused(path, "entry 1");
}

/* Versions 2 and 3 have a longer length field; later ones are not known. */
Test(npy_refusals, versions) {
    const double value = 7;
    const char *path = FOLDER "version.npz";
    for (int version = 1; version <= 3; version++) {
        unsigned char bytes[512];
        raw_member member = {"x.npy", bytes, 0};
        npy_array array;
        member.size = npy_bytes(version, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }",
                                &value, 8, bytes);
        archive_write(path, &member, 1, ZIP_CM_STORE);
        cr_assert(eq(int, npz_read(path, "x", &array), OK), "%d: %s", version, error_text());
        cr_assert(eq(dbl, array.values[0], value));
        npy_free(&array);
        bytes[7] = 1;
        archive_write(path, &member, 1, ZIP_CM_STORE);
        check_member_refused(path, ".1 is not known");
        bytes[7] = 0;
        bytes[6] = version == 1 ? 0 : 4;
        archive_write(path, &member, 1, ZIP_CM_STORE);
        check_member_refused(path, ".0 is not known");
    }
}

Test(npy_refusals, not_an_archive) {
    check_refused(FOLDER "no-such-file.npz", "x", "No such file");
    check_refused("build/test-tmp/npy_refusals", "x", "not a regular file");
    check_refused("/dev/null", "x", "not a regular file");
    file_write(FOLDER "empty.npz", "", 0);
    check_refused(FOLDER "empty.npz", "x", "empty file");
    file_write(FOLDER "text.npz", "features and labels", 19);
    check_refused(FOLDER "text.npz", "x", "not a whole .npz file");
    check_refused("data/digits.npz", "outputs", "array 'outputs' is missing");
    char name[600];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    check_refused("data/digits.npz", name, "is missing");
}

/* It may be a good archive; that it may not be read is what is said. */
Test(npy_refusals, not_permitted) {
    const char *path = FOLDER "locked.npz";
    file_write(path, "PK", 2);
    cr_assert(eq(int, chmod(path, 0), 0));
    const pid_t child = fork();
    if (child == 0) { /* root may read anything */
        npy_array array;
        _exit(geteuid() == 0 && setuid(65534) != 0
                  ? 2
                  : npz_read(path, "x", &array) != BAD_INPUT ||
                        !strstr(error_text(), "Permission denied; give the path of"));
    }
    int state;
    cr_assert(eq(int, waitpid(child, &state, 0), child));
    cr_assert(eq(int, state, 0));
}

Test(npy_refusals, header_of_the_member) {
    const char *path = FOLDER "header.npz";
    const struct {
        const char *bytes, *reason;
        size_t size;
    } cases[] = {{"", "header longer than the data", 0},
                 {"\x93NUMPY\x01", "header longer than the data", 7},
                 {"PK345678", "not in .npy format", 8},
                 {"\x93NUMPY\x01\x00\x10", "header longer than the data", 9},
                 {"\x93NUMPY\x01\x00\x76\x00{'descr'", "header longer than the data", 18},
                 {"\x93NUMPY\x01\x00\xff\xff{'descr'", "its length is 65535 bytes", 18},
                 {"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "its length is 4294967295 bytes", 14},
                 {"\x93NUMPY\x01\x00\x02\x00[]", "{ expected", 12}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        raw_member member = {"x.npy", cases[k].bytes, cases[k].size};
        archive_write(path, &member, 1, ZIP_CM_STORE);
        check_member_refused(path, cases[k].reason);
    }
    write_one(path, "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", "12345678", 8,
              ZIP_CM_STORE);
    check_member_refused(path, "big-endian");
    write_one(path, "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "12345678", 8,
              ZIP_CM_STORE);
    check_member_refused(path, "Python objects");
}

Test(npy_refusals, shape_and_data_disagree) {
    static const char *const dicts[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 0), }",
        "{'descr': '<f8', 'fortran_order': True, 'shape': (1000000, 1000000), }"};
    const char *path = FOLDER "shape.npz";
    const double data[3] = {1, 2, 3};
    for (size_t k = 0; k < 4; k++) {
        write_one(path, dicts[k], data, sizeof data, k % 2 ? ZIP_CM_DEFLATE : ZIP_CM_STORE);
        check_member_refused(path, "holds 24 bytes of data where its shape needs");
    }
    write_one(path, dicts[0], data, 23, ZIP_CM_STORE);
    check_member_refused(path, "holds 23 bytes");
}

/* Sets the little-endian field of `size` bytes at `offset` of the local header and of the
 * directory's entry of the only member (APPNOTE.TXT 4.3.7, 4.3.12); the second has two more bytes
 * in front of it. */
static void patch(unsigned char *zip, size_t length, size_t offset, size_t size, uint32_t value) {
    size_t directory = 30;
    while (directory + 46 < length && memcmp(zip + directory, "PK\x01\x02", 4) != 0) {
        directory++;
    }
    cr_assert(lt(sz, directory + 46, length));
    for (size_t k = 0; k < size; k++) {
        zip[offset + k] = (unsigned char)(value >> 8 * k);
        zip[directory + offset + 2 + k] = (unsigned char)(value >> 8 * k);
    }
}

Test(npy_refusals, archives_that_lie) {
    enum { FLAGS = 6, METHOD = 8, CRC = 14, SIZE = 22 };
    static const struct {
        size_t offset, size;
        uint32_t value;
        int method;
        const char *reason;
    } cases[] = {{FLAGS, 2, 1, ZIP_CM_STORE, "encrypted"},
                 {FLAGS, 2, 0x41, ZIP_CM_STORE, "encrypted"},
                 {METHOD, 2, 12, ZIP_CM_STORE, "compression method 12 is not taken"},
                 {METHOD, 2, 8, ZIP_CM_STORE, "damaged or truncated"},
                 {CRC, 4, 12345, ZIP_CM_STORE, "damaged or truncated"},
                 {CRC, 4, 12345, ZIP_CM_DEFLATE, "damaged or truncated"},
                 {SIZE, 4, 0xfffffff0, ZIP_CM_DEFLATE, "sizes in its directory cannot be"},
                 {SIZE, 4, 0xfffffff0, ZIP_CM_STORE, "sizes in its directory cannot be"}};
    const char *path = FOLDER "lie.npz",
               *dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (64,), }";
    const double data[64] = {1, 2, 3};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        size_t length;
        write_one(path, dict, data, sizeof data, cases[k].method);
        unsigned char *zip = file_read(path, &length);
        patch(zip, length, cases[k].offset, cases[k].size, cases[k].value);
        file_write(path, zip, length);
        free(zip);
        check_member_refused(path, cases[k].reason);
    }
}

/* Data that go on beyond the size of the directory, or end before it, with a header that fits the
 * size. */
Test(npy_refusals, deflated_size_is_wrong) {
    enum { SIZE = 22, COUNT = 64 };
    const char *path = FOLDER "deflated.npz";
    const double data[COUNT] = {1, 2, 3};
    for (int more = -1; more <= 1; more += 2) {
        char dict[128];
        size_t length;
        snprintf(dict, sizeof dict, "{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }",
                 COUNT + more);
        write_one(path, dict, data, sizeof data, ZIP_CM_DEFLATE);
        unsigned char *zip = file_read(path, &length);
        patch(zip, length, SIZE, 4, (uint32_t)(128 + (COUNT + more) * 8));
        file_write(path, zip, length);
        free(zip);
        check_member_refused(path, "damaged or truncated");
    }
}

/* A directory entry with a 64-bit size of 2^40 bytes is refused before memory is asked for. */
Test(npy_refusals, claims_more_than_64_gib) {
    static const char local[] =
        "PK\x03\x04\x2d\0\0\0\x08\0\0\0\x21\0\0\0\0\0" /* deflated, no checksum */
        "\xff\xff\xff\xff\xff\xff\xff\xff\x05\0\x14\0x.npy"
        "\x01\0\x10\0\0\0\0\0\0\x01\0\0\x02\0\0\0\0\0\0\0\x03\0";
    static const char central[] =
        "PK\x01\x02\x2d\0\x2d\0\0\0\x08\0\0\0\x21\0\0\0\0\0"
        "\xff\xff\xff\xff\xff\xff\xff\xff\x05\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0x.npy"
        "\x01\0\x10\0\0\0\0\0\0\x01\0\0\x02\0\0\0\0\0\0\0";
    static const char end[] = "PK\x05\x06\0\0\0\0\x01\0\x01\0\x47\0\0\0\x39\0\0\0\0\0";
    char zip[256];
    memcpy(zip, local, sizeof local - 1);
    memcpy(zip + sizeof local - 1, central, sizeof central - 1);
    memcpy(zip + sizeof local - 1 + sizeof central - 1, end, sizeof end - 1);
    file_write(FOLDER "huge.npz", zip, sizeof local + sizeof central + sizeof end - 3);
    check_member_refused(FOLDER "huge.npz", "claims 1099511627776 bytes, more than 64 GiB");
}

/* Every beginning of an archive is refused. Every bit of it flipped: refused, or (a date, say) the
 * same values. */
static void check_damage(int method) {
    const char *path =
        method == ZIP_CM_STORE ? FOLDER "damage-stored.npz" : FOLDER "damage-deflated.npz";
    const double data[5] = {1, -2, 3e100, 4, 5};
    size_t length, refused = 0;
    write_one(path, "{'descr': '<f8', 'fortran_order': True, 'shape': (5, 1), }", data, sizeof data,
              method);
    unsigned char *zip = file_read(path, &length);
    npy_array array;
    for (size_t size = 0; size < length; size++) {
        file_write(path, zip, size);
        cr_assert(eq(int, npz_read(path, "x", &array), BAD_INPUT), "first %zu bytes", size);
    }
    for (size_t bit = 0; bit < 8 * length; bit++) {
        zip[bit / 8] ^= (unsigned char)(1u << bit % 8);
        file_write(path, zip, length);
        status s = npz_read(path, "x", &array);
        cr_assert(s == OK || s == BAD_INPUT, "bit %zu: %s", bit, error_text());
        refused += s == BAD_INPUT;
        cr_assert(eq(sz, array.count, s == OK ? 5 : 0), "bit %zu", bit);
        if (s == OK) {
            cr_assert(eq(int, memcmp(array.values, data, sizeof data), 0), "bit %zu", bit);
        }
        npy_free(&array);
        zip[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    cr_assert(lt(sz, 4 * length, refused), "%zu of %zu bits", refused, 8 * length);
    free(zip);
}

Test(npy_refusals, damage_stored) { check_damage(ZIP_CM_STORE); }

Test(npy_refusals, damage_deflated) { check_damage(ZIP_CM_DEFLATE); }
