/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/fingerprint.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "base/real.h"
#include "tests/support/fixture.h"

TestSuite(fingerprint);

/* The bytes that are hashed, put together by hand. */
Test(fingerprint, is_the_hash_described) {
    char executable[SHA256_DIGEST_STRING_LENGTH], bytes[512], expected[65], found[65];
    cr_assert(eq(int, fingerprint_code("/proc/self/exe", executable), OK));
    const int size = snprintf(bytes, sizeof bytes, "width-sweep%c%s%c%s%cseed 1\n", 0, executable,
                              0, REAL_NAME, 0) +
                     1;
    SHA256Data((const uint8_t *)bytes, (size_t)size, expected);
    cr_assert(eq(int, fingerprint_of("width-sweep", "seed 1\n", found), OK), "%s", error_text());
    cr_assert(eq(str, found, expected));
}

/* Debugging information decides no number; one byte of the code does. */
Test(fingerprint, of_code_alone) {
    const char *source = "static const double table[] = {1, 2}; int main(int c, char **v) { "
                         "(void)v; return (int)table[c - 1]; }";
    char said[512], hash[4][65];
    char command[1200];
    snprintf(command, sizeof command,
             "cd build/test-tmp && echo '%s' > code.c && { echo '/* moved */'; cat code.c; } > "
             "moved.c && "
             "sed 's/, 2/, 3/' code.c > other.c && gcc -g code.c -o code-a && gcc -g moved.c -o "
             "code-b && "
             "gcc -g other.c -o code-c && gcc code.c -o code-d",
             source);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    for (int k = 0; k < 4; k++) {
        char path[40];
        snprintf(path, sizeof path, "build/test-tmp/code-%c", 'a' + k);
        cr_assert(eq(int, fingerprint_code(path, hash[k]), OK), "%s", error_text());
    }
    cr_expect(eq(str, hash[0], hash[1]), "a comment moved");
    cr_expect(ne(str, hash[0], hash[2]), "a constant changed");
    cr_expect(eq(str, hash[0], hash[3]), "without -g");
}

Test(fingerprint, all_parts_count_and_do_not_run_together) {
    const char *pairs[][2] = {{"ab", "cd"}, {"ab", "ce"},  {"ac", "cd"},
                              {"abc", "d"}, {"ab", "cd "}, {"", "cd"}};
    enum { COUNT = sizeof pairs / sizeof pairs[0] };
    char found[COUNT][65];
    for (int i = 0; i < COUNT; i++) {
        cr_assert(eq(int, fingerprint_of(pairs[i][0], pairs[i][1], found[i]), OK));
        for (int j = 0; j < i; j++) { cr_assert(ne(str, found[i], found[j]), "%d and %d", i, j); }
    }
}

static void write_text(const char *path, const char *text) {
    cr_assert(eq(int, file_write_whole(path, text, strlen(text)), OK), "%s", error_text());
}

/* The hash of a file is that of the bytes that were read before, or none: it may be written,
 * replaced or put back. */
Test(fingerprint, of_a_file_that_was_changed_is_refused) {
    const char *path = "build/test-tmp/fingerprint.txt";
    char expected[65], found[65];
    write_text(path, "one\n");
    file_mark mark = fingerprint_mark(path);
    cr_assert(eq(int, fingerprint_file(path, &mark, found), OK), "%s", error_text());
    cr_assert(eq(str, found, SHA256Data((const uint8_t *)"one\n", 4, expected)));
    for (int way = 0; way < 3; way++) {
        usleep(20000); /* a file's times come in ticks of a few milliseconds */
        mark = fingerprint_mark(path);
        usleep(20000);
        FILE *file = way == 0 ? fopen(path, "r+") : NULL;
        if (file) {
            cr_assert(fputs("two\n", file) >= 0 && fclose(file) == 0);
        } else if (way == 1) {
            write_text(path, "two\n");
        } else {
            cr_assert(eq(int, unlink(path), 0));
        }
        cr_assert(eq(int, fingerprint_file(path, &mark, found), BAD_INPUT), "way %d", way);
        cr_assert(eq(int, strncmp(error_text(), path, strlen(path)), 0), "%s", error_text());
    }
}
