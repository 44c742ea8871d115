#include "run/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(program);

/* What decides no value is left out of the command that redoes a row, in whatever form it is given. */
Test(program, redo_has_what_decides)
{
    char *argv[] = {"build/bin/x", "--threads", "2", "--samples", "5", "--out=build/a.dat", "--qui", "--data",
                    "data/digits.npz", "--shard", "1/2", "--seed=3", "--fresh", NULL};
    const int argc = sizeof argv / sizeof argv[0] - 1;
    program_options options;
    cr_assert(eq(int, program_parse(argc, argv, "a test", NULL, NULL, &options), OK), "%s", error_text());
    cr_assert(eq(str, options.redo, "build/bin/x --samples 5 --data data/digits.npz --seed=3"));
    cr_assert(eq(str, options.command, "build/bin/x --threads 2 --samples 5 --out=build/a.dat --qui --data "
                                       "data/digits.npz --shard 1/2 --seed=3 --fresh"));
    cr_assert(options.threads == 2 && options.samples == 5 && options.seed == 3 && options.shard == 1 && options.fresh);
}

/* A command line of any length is cut, not written beyond its place. */
Test(program, long_commands_are_cut)
{
    static char name[3000] = "--out=", folder[3000];
    memset(name + 6, 'a', 200);
    memset(folder, 'b', sizeof folder - 1);
    char *argv[] = {folder, name, "--seed", "7", NULL};
    program_options options;
    cr_assert(eq(int, program_parse(4, argv, "a test", NULL, NULL, &options), OK), "%s", error_text());
    cr_assert(eq(sz, strlen(options.command), sizeof options.command - 1));
    cr_assert(eq(sz, strlen(options.redo), sizeof options.redo - 1));
    cr_assert(options.seed == 7);
}
