/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

Test(options, a_path_is_not_empty) {
    const char *path = NULL;
    cr_expect(eq(int, option_path("data", "a.npz", &path), OK));
    cr_expect(eq(str, (char *)path, "a.npz"));
    cr_expect(eq(int, option_path("data", "", &path), BAD_INPUT));
    cr_expect(ne(ptr, strstr(error_text(), "--data"), NULL));
    cr_expect(eq(str, (char *)path, "a.npz"), "a refused text changes nothing");
}

Test(options, numbers_are_whole_texts_in_range) {
    double x = -1;
    cr_expect(eq(int, option_number("xi", "0.25", 0, 1, 1, &x), OK));
    cr_expect(eq(dbl, x, 0.25));
    cr_expect(eq(int, option_number("xi", "1", 0, 1, 1, &x), OK));
    const char *const bad[] = {"",    "0",    "1.5",  "-0.1",  "nan",
                               "inf", "0.5x", " 0.5", "1e999", "0,5"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        cr_expect(eq(int, option_number("xi", bad[k], 0, 1, 1, &x), BAD_INPUT), "'%s'", bad[k]);
        cr_expect(ne(ptr, strstr(error_text(), "--xi"), NULL));
    }
    cr_expect(eq(dbl, x, 1), "a refused text changes nothing");
}

Test(options, counts_are_digits_in_range) {
    uint64_t x = 0;
    cr_expect(eq(int, option_count("width", "500", 1, 1000, &x), OK));
    cr_expect(eq(u64, x, 500));
    const char *const bad[] = {
        "", "0", "-5", "+5", "5.0", "1e3", "1001", "99999999999999999999", "5 ", "five"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        cr_expect(eq(int, option_count("width", bad[k], 1, 1000, &x), BAD_INPUT), "'%s'", bad[k]);
    }
}

Test(options, lists_are_split_at_commas) {
    option_list list;
    cr_expect(eq(int, option_numbers("xi", "0.8,0.5,0.3", 0, 1, 1, 1, &list), OK));
    cr_expect(eq(sz, list.count, 3));
    cr_expect(eq(dbl, list.values[2], 0.3));
    const char *const bad[] = {"", ",", "0.5,", ",0.5", "0.5,,0.3", "0.5,0.5", "0.5;0.3"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        cr_expect(eq(int, option_numbers("xi", bad[k], 0, 1, 1, 1, &list), BAD_INPUT), "'%s'",
                  bad[k]);
    }
    cr_expect(eq(int, option_numbers("lr", "0.1,0.1", 0, 1, 1, 0, &list), OK), "rates may repeat");
    cr_expect(eq(int, option_counts("subnets", "1,2,10", 1, 100, &list), OK));
    cr_expect(eq(int, option_counts("subnets", "1,2,2", 1, 100, &list), BAD_INPUT));
    char many[400] = "1";
    for (int k = 2; k <= 65; k++) { sprintf(many + strlen(many), ",%d", k); }
    cr_expect(eq(int, option_counts("subnets", many, 1, 100, &list), BAD_INPUT));
}

Test(options, words_name_what_is_known) {
    const char *const words[] = {"keep", "zero", NULL};
    int k = -1;
    cr_expect(eq(int, option_word("unselected", "zero", words, &k), OK));
    cr_expect(eq(int, k, 1));
    cr_expect(eq(int, option_word("unselected", "Zero", words, &k), BAD_INPUT));
    cr_expect(ne(ptr, strstr(error_text(), "keep, zero"), NULL));
}
