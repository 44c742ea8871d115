/* local_small: a plan of local-descent and drift small enough for tests: 4 and 12 rows, masks that take one neuron in
 * 8, so that the width of Together is met in the wide regime and a lost factor xi shows. */
#ifndef TESTS_LOCAL_SMALL_H
#define TESTS_LOCAL_SMALL_H

#include <criterion/criterion.h>
#include <string.h>

#include "theory/local/local_plan.h"

static const local_options local_small_options = {.samples = 12,
                                                  .width = 80,
                                                  .subnets = 8,
                                                  .local_steps = 3,
                                                  .rounds = 1,
                                                  .repeats = 2,
                                                  .wide_samples = 4,
                                                  .wide_width = 16384,
                                                  .wide_subnets = 8,
                                                  .wide_trials = 6,
                                                  .xi = 0.125,
                                                  .kappa = 1,
                                                  .delta = 0.25,
                                                  .multiples = {{1}, 1}};

static inline void local_small_open(const char *out, int threads, local_plan *plan)
{
    program_options run = {.name = "test",
                           .data = "data/digits.npz",
                           .seed = 5,
                           .threads = threads,
                           .out = out,
                           .quiet = true,
                           .fresh = true};
    cr_assert(local_plan_open(&run, &local_small_options, plan) == OK, "%s", error_text());
}

/* The row of a statement. */
static inline const statement_row *local_small_row(const theory_rows *list, const char *statement)
{
    const statement_row *found = NULL;
    for (size_t k = 0; k < list->count; k++)
        if (strcmp(list->rows[k].statement, statement) == 0)
            found = &list->rows[k];
    cr_assert(found != NULL, "no row %s", statement);
    return found;
}

#endif
