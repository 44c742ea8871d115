/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

TestSuite(memory);

static double installed(void) {
    return (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGE_SIZE);
}

Test(memory, available_is_part_of_what_is_installed) {
    cr_assert(memory_available() > 1e6);
    cr_assert(le(dbl, memory_available(), installed()));
}

/* A system that overcommits grants what is not there and kills the process that uses it. */
Test(memory, more_than_is_free_is_refused) {
    cr_assert(eq(ptr, allocate((size_t)installed() / 8 + 1, 8, "a matrix"), NULL));
    cr_expect(eq(int, strncmp(error_text(), "a matrix: ", 10), 0), "%s", error_text());
    cr_expect(ne(ptr, strstr(error_text(), " GB are free; take fewer samples"), NULL), "%s",
              error_text());
}
