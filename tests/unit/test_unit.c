/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/unit.h"

#include "io/file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <float.h>
#include <math.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNT = 12 };
static const double VALUES[COUNT] = {0.0,
                                     -0.0,
                                     0.1,
                                     1.0 / 3.0,
                                     -DBL_MAX,
                                     DBL_MIN,
                                     4.9406564584124654e-324,
                                     1.0 + DBL_EPSILON,
                                     -1.2345678901234568e-300,
                                     INFINITY,
                                     -INFINITY,
                                     NAN};
static const char PRINT[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const unit_key KEY = {PRINT, 3, 7, COUNT};

static char folder[] = "build/test-tmp/unit/XXXXXX"; /* of this test alone */

static void prepare(void) {
    cr_assert(eq(int, folder_make("build/test-tmp/unit"), OK));
    cr_assert(mkdtemp(folder) != NULL);
}

TestSuite(unit, .init = prepare);

/* folder/name, in one of four buffers in turn. */
static const char *in_folder(const char *name) {
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static bool same_bits(const double *a, const double *b, size_t count) {
    return memcmp(a, b, count * sizeof *a) == 0;
}

/* The file of VALUES: the reference text, made by hand. */
static size_t file_by_hand(const char *head, const char *body, char *text) {
    char both[4096], digest[SHA256_DIGEST_STRING_LENGTH];
    const int size = snprintf(both, sizeof both, "%s%s", head, body);
    SHA256Data((const uint8_t *)both, (size_t)size, digest);
    return (size_t)sprintf(text, "%ssha256 %s\n%s", head, digest, body);
}

static const char HEAD[] =
    "mntk-unit 1\nfingerprint 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
    "cell 3\nrepetition 7\ncount 12\ncore Haswell\n";
static const char BODY[] =
    "0\n-0\n0.10000000000000001\n0.33333333333333331\n-1.7976931348623157e+308\n2."
    "2250738585072014e-308\n"
    "4.9406564584124654e-324\n1.0000000000000002\n-1.2345678901234568e-300\ninf\n-inf\nnan\n";

/* Two ways to the same bytes: the writer and the text of the format. */
Test(unit, format_is_the_one_described) {
    char *bytes, expected[4096];
    size_t size;
    cr_assert(eq(int, unit_format(&KEY, "Haswell", VALUES, &bytes, &size), OK));
    cr_assert(eq(sz, size, file_by_hand(HEAD, BODY, expected)));
    cr_assert(eq(int, memcmp(bytes, expected, size), 0));
    free(bytes);
}

Test(unit, values_survive_to_the_bit) {
    char *bytes, core[UNIT_CORE_SIZE];
    size_t size;
    double values[COUNT], signed_nan[COUNT];
    memcpy(signed_nan, VALUES, sizeof VALUES);
    signed_nan[COUNT - 1] = -NAN; /* becomes the NaN of <math.h> */
    cr_assert(eq(int, unit_format(&KEY, "SkylakeX", signed_nan, &bytes, &size), OK));
    cr_assert(eq(int, unit_parse(bytes, size, &KEY, values, core), OK), "%s", error_text());
    cr_assert(same_bits(values, VALUES, COUNT));
    cr_assert(eq(str, core, "SkylakeX"));
    free(bytes);
}

Test(unit, every_flipped_bit_and_every_cut_is_noticed) {
    char *bytes, core[UNIT_CORE_SIZE];
    size_t size;
    double values[COUNT];
    cr_assert(eq(int, unit_format(&KEY, "Haswell", VALUES, &bytes, &size), OK));
    for (size_t i = 0; i < size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
            cr_assert(eq(int, unit_parse(bytes, size, &KEY, values, core), BAD_INPUT),
                      "byte %zu bit %d", i, bit);
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
        }
        cr_assert(eq(int, unit_parse(bytes, i, &KEY, values, core), BAD_INPUT), "cut at %zu", i);
    }
    cr_assert(eq(int, unit_parse(bytes, size, &KEY, values, core), OK), "%s", error_text());
    free(bytes);
}

Test(unit, another_unit_s_file_is_refused_with_the_reason) {
    char other_print[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee";
    const unit_key others[] = {
        {other_print, 3, 7, COUNT}, {PRINT, 4, 7, COUNT}, {PRINT, 3, 8, COUNT}, {PRINT, 3, 7, 11}};
    const char *reasons[] = {"abcdee", "cell 4", "repetition 8", "count 11"};
    char text[4096], core[UNIT_CORE_SIZE];
    double values[COUNT];
    const size_t size = file_by_hand(HEAD, BODY, text);
    for (int i = 0; i < 4; i++) {
        cr_assert(eq(int, unit_parse(text, size, &others[i], values, core), BAD_INPUT));
        cr_assert(strstr(error_text(), reasons[i]) != NULL, "'%s' lacks '%s'", error_text(),
                  reasons[i]);
    }
}

/* A right checksum does not make a text right that the writer never writes. */
Test(unit, only_the_writer_s_own_text_is_taken) {
    static const unit_key one = {PRINT, 3, 7, 1};
    const char *bodies[] = {"",
                            "\n",
                            "1",
                            " 1\n",
                            "+1\n",
                            "1.0\n",
                            "1 \n",
                            "0x1p0\n",
                            "1e0\n",
                            "infinity\n",
                            "nan(1)\n",
                            "-nan\n",
                            "1\n1\n",
                            "1\n\n",
                            "1\r\n",
                            "0.1\n",
                            "0.100000000000000001\n",
                            "1e999\n",
                            "word\n",
                            "1111111111111111111111111111111111111111111111\n"};
    char head[256], text[4096], core[UNIT_CORE_SIZE];
    double value;
    snprintf(head, sizeof head,
             "mntk-unit 1\nfingerprint %s\ncell 3\nrepetition 7\ncount 1\ncore Haswell\n", PRINT);
    cr_assert(eq(int, unit_parse(text, file_by_hand(head, "1\n", text), &one, &value, core), OK),
              "%s", error_text());
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const size_t size = file_by_hand(head, bodies[i], text);
        cr_assert(eq(int, unit_parse(text, size, &one, &value, core), BAD_INPUT), "'%s' was taken",
                  bodies[i]);
    }
}

/* Bytes at random, some with parts of a right file: refused, and never read beyond (the buffer ends
 * where they do). */
Test(unit, arbitrary_bytes_are_refused) {
    char text[4096], core[UNIT_CORE_SIZE];
    double values[COUNT];
    const size_t whole = file_by_hand(HEAD, BODY, text);
    uint64_t state = 1;
    for (int trial = 0; trial < 5000; trial++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const size_t size = (size_t)(state >> 33) % whole,
                     kept = (size_t)(state >> 17) % (size + 1);
        unsigned char *bytes = malloc(size ? size : 1);
        cr_assert(bytes != NULL);
        memcpy(bytes, text, kept);
        for (size_t i = kept; i < size; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (unsigned char)(state >> 56);
        }
        cr_assert(eq(int, unit_parse((const char *)bytes, size, &KEY, values, core), BAD_INPUT));
        free(bytes);
    }
}

Test(unit, names) {
    const unit_key large = {PRINT, 12345, 67890, COUNT};
    char *path = unit_path("a/b", &KEY), *longer = unit_path("", &large);
    cr_assert(eq(str, path, "a/b/0003-0007.unit"));
    cr_assert(eq(str, longer, "/12345-67890.unit"));
    size_t cell = 0, repetition = 0;
    cr_assert(unit_name_read(path + 4, &cell, &repetition));
    cr_assert(cell == 3 && repetition == 7);
    cr_assert(unit_name_read(longer + 1, &cell, &repetition));
    cr_assert(cell == 12345 && repetition == 67890);
    free(path);
    free(longer);
    const char *others[] = {
        "",          ".",        "..",      ".lock", "0003-0007.uni", "0003-0007.unit.tmp-1",
        "0003.unit", "x-1.unit", "note.txt"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_assert(not(unit_name_read(others[i], &cell, &repetition)), "%s", others[i]);
    }
}

Test(unit, cores_are_listed_once) {
    char cores[24] = "";
    const char *names[] = {"Zen", "Zen", "SkylakeX", "Zen", "Skylake", "SkylakeX"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unit_core_add(cores, sizeof cores, names[i]);
    }
    cr_assert(eq(str, cores, "Zen,SkylakeX,Skylake"));
    unit_core_add(cores, sizeof cores, "Haswell"); /* cut, not beyond the end */
    cr_assert(eq(str, cores, "Zen,SkylakeX,Skylake,Ha"));
}

Test(unit, core_must_be_a_word) {
    char *bytes, longest[UNIT_CORE_SIZE + 1];
    size_t size;
    memset(longest, 'x', UNIT_CORE_SIZE);
    longest[UNIT_CORE_SIZE] = '\0';
    cr_assert(eq(int, unit_format(&KEY, "", VALUES, &bytes, &size), FAILED));
    cr_assert(eq(int, unit_format(&KEY, "two words", VALUES, &bytes, &size), FAILED));
    cr_assert(eq(int, unit_format(&KEY, longest, VALUES, &bytes, &size), FAILED));
    cr_assert(eq(int, unit_format(&KEY, longest + 1, VALUES, &bytes, &size), OK));
    free(bytes);
}

Test(unit, file_is_whole_missing_or_damaged) {
    double values[COUNT];
    char core[UNIT_CORE_SIZE];
    const char *path = in_folder("a/b/0003-0007.unit");
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_MISSING));
    cr_assert(eq(int, unit_write(path, &KEY, "Zen", VALUES), OK), "%s", error_text());
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_WHOLE));
    cr_assert(same_bits(values, VALUES, COUNT));
    cr_assert(eq(int, truncate(path, 300), 0));
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_DAMAGED));
    cr_assert(strstr(error_text(), path) != NULL && strstr(error_text(), "checksum") != NULL, "%s",
              error_text());
    cr_assert(eq(int, truncate(path, 1 << 20), 0));
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_DAMAGED));
    cr_assert(eq(int, truncate(path, 0), 0));
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_DAMAGED));
    cr_assert(eq(int, unit_read(folder, &KEY, values, core), UNIT_DAMAGED));
}
