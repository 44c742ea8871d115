/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

Test(error, keeps_the_last_line_and_hands_the_status_on) {
    cr_expect(eq(int, fail(BAD_INPUT, "%s: row %d", "file", 3), BAD_INPUT));
    cr_expect(eq(str, (char *)error_text(), "file: row 3"));
    fail(FAILED, "again: %s", error_text()); /* its own text may be an argument */
    cr_expect(eq(str, (char *)error_text(), "again: file: row 3"));
}

Test(error, long_lines_are_cut) {
    char text[3000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    fail(FAILED, "%s", text);
    cr_expect(eq(sz, strlen(error_text()), 1023));
}

/* Whatever a path or an option holds: letters of all languages stay; what ends the line or moves
 * the cursor does not. */
Test(error, the_line_is_one_line) {
    fail(BAD_INPUT, "%s: not there", "a\nb\r\x1b[2Jc\td\x7f \xc3\xa9");
    cr_expect(eq(str, (char *)error_text(), "a?b??[2Jc?d? \xc3\xa9: not there"));
}

static void *other_thread(void *unused) {
    fail(FAILED, "other");
    return unused;
}

Test(error, every_thread_has_its_own_line) {
    pthread_t thread;
    fail(FAILED, "mine");
    cr_assert(eq(int, pthread_create(&thread, NULL, other_thread, NULL), 0));
    pthread_join(thread, NULL);
    cr_expect(eq(str, (char *)error_text(), "mine"));
}

Test(error, memory_is_zeroed_aligned_and_overflow_is_seen) {
    unsigned char *memory = allocate(100, 3, "memory");
    cr_assert(ne(ptr, memory, NULL));
    cr_expect(eq(u64, (uintptr_t)memory % 64, 0));
    for (int k = 0; k < 300; k++) { cr_expect(eq(u8, memory[k], 0)); }
    free(memory);
    cr_expect(eq(ptr, allocate(SIZE_MAX / 2, 3, "too much"), NULL));
    cr_expect(ne(ptr, strstr(error_text(), "too much"), NULL));
}
