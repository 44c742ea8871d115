/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(program);

/* What decides no value is left out of the command that redoes a row, in whatever form it is given;
 * --out stays: another table must not be written over. */
Test(program, reproduce_command_has_what_decides) {
    char *argv[] = {"build/bin/x", "--threads", "2",
                    "--samples",   "5",         "--out=build/a.dat",
                    "--qui",       "--data",    "data/digits.npz",
                    "--shard",     "1/2",       "--seed=3",
                    "--fresh",     NULL};
    const int argc = sizeof argv / sizeof argv[0] - 1;
    const program_about about = {.sentence = "a test"};
    program_options options;
    cr_assert(eq(int, program_parse(argc, argv, &about, NULL, NULL, &options), OK), "%s",
              error_text());
    cr_assert(eq(str, options.reproduce_command,
                 "build/bin/x --samples 5 --out=build/a.dat --data data/digits.npz --seed=3"));
    cr_assert(eq(str, options.command,
                 "build/bin/x --threads 2 --samples 5 --out=build/a.dat --qui --data "
                 "data/digits.npz --shard 1/2 --seed=3 --fresh"));
    cr_assert(options.threads == 2 && options.samples == 5 && options.seed == 3 &&
              options.shard == 1 && options.fresh);
}

/* A word that a shell would take apart stands in quotes. */
Test(program, commands_are_quoted) {
    char *argv[] = {"build/bin/x", "--data", "my data/it's.npz", "--seed=3", NULL};
    program_options options;
    cr_assert(
        eq(int,
           program_parse(4, argv, &(program_about){.sentence = "a test"}, NULL, NULL, &options),
           OK),
        "%s", error_text());
    cr_assert(
        eq(str, options.reproduce_command, "build/bin/x --data 'my data/it'\\''s.npz' --seed=3"));
    cr_assert(eq(str, options.command, options.reproduce_command));
}

/* What has no room is refused, not cut and not written beyond its place; what just has is kept
 * whole. */
Test(program, long_commands_are_refused) {
    static char folder[3000];
    memset(folder, 'b', sizeof folder - 1);
    char *argv[] = {folder, "--seed", "7", NULL};
    program_options options;
    cr_assert(eq(
        int, program_parse(3, argv, &(program_about){.sentence = "a test"}, NULL, NULL, &options),
        BAD_INPUT));
    cr_assert(ne(ptr, strstr(error_text(), "the command line has 3008 bytes"), NULL), "%s",
              error_text());
    folder[sizeof options.reproduce_command - sizeof " --seed 7"] = '\0';
    cr_assert(
        eq(int,
           program_parse(3, argv, &(program_about){.sentence = "a test"}, NULL, NULL, &options),
           OK),
        "%s", error_text());
    cr_assert(eq(sz, strlen(options.reproduce_command), sizeof options.reproduce_command - 1));
    cr_assert(eq(int, strcmp(options.reproduce_command + strlen(folder), " --seed 7"), 0));
    folder[strlen(folder)] = 'b';
    cr_assert(eq(
        int, program_parse(3, argv, &(program_about){.sentence = "a test"}, NULL, NULL, &options),
        BAD_INPUT));
}
