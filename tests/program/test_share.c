/* The project's own files are found from any working folder, and the data set as it is named where
 * it stands.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/share.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/program.h"

Test(share, from_another_folder) {
    char expected[PATH_MAX], found[PATH_MAX], resolved[PATH_MAX];
    char *argv[] = {"x", NULL};
    program_options options;
    cr_assert(ne(ptr, realpath("data/digits.npz", expected), NULL));
    cr_assert(
        eq(int,
           program_parse(1, argv, &(program_about){.sentence = "a test"}, NULL, NULL, &options),
           OK),
        "%s", error_text());
    cr_expect(eq(str, (char *)options.data, "data/digits.npz"));
    cr_assert(eq(int, chdir("/"), 0));
    cr_expect(share_find("data/digits.npz", found, sizeof found));
    cr_assert(ne(ptr, realpath(found, resolved), NULL));
    cr_expect(eq(str, resolved, expected));
    cr_assert(
        eq(int,
           program_parse(1, argv, &(program_about){.sentence = "a test"}, NULL, NULL, &options),
           OK),
        "%s", error_text());
    cr_expect(eq(str, (char *)options.data, found));
}

Test(share, what_is_not_there) {
    char found[PATH_MAX] = "before";
    cr_expect(not(share_find("no/such.file", found, sizeof found)));
    cr_expect(eq(str, found, ""));
    char small[8];
    cr_expect(not(share_find("data/digits.npz", small, sizeof small)),
              "a path that does not fit is none");
}
