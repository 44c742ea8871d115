#include "run/fingerprint.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "run/real.h"

TestSuite(fingerprint);

/* The bytes that are hashed, put together by hand. */
Test(fingerprint, is_the_hash_described)
{
    char executable[SHA256_DIGEST_STRING_LENGTH], bytes[512], expected[65], found[65];
    cr_assert(SHA256File("/proc/self/exe", executable) != NULL);
    const int size = snprintf(bytes, sizeof bytes, "width-sweep%c%s%c%s%cseed 1\n", 0, executable, 0, REAL_NAME, 0) + 1;
    SHA256Data((const uint8_t *)bytes, (size_t)size, expected);
    cr_assert(eq(int, fingerprint_of("width-sweep", "seed 1\n", found), OK), "%s", error_text());
    cr_assert(eq(str, found, expected));
}

Test(fingerprint, all_parts_count_and_do_not_run_together)
{
    const char *pairs[][2] = {{"ab", "cd"}, {"ab", "ce"}, {"ac", "cd"}, {"abc", "d"}, {"ab", "cd "}, {"", "cd"}};
    enum { COUNT = sizeof pairs / sizeof pairs[0] };
    char found[COUNT][65];
    for (int i = 0; i < COUNT; i++) {
        cr_assert(eq(int, fingerprint_of(pairs[i][0], pairs[i][1], found[i]), OK));
        for (int j = 0; j < i; j++) {
            cr_assert(ne(str, found[i], found[j]), "%d and %d", i, j);
        }
    }
}
