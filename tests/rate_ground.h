/* The first digits with all that mean curves need of them. */
#ifndef TESTS_RATE_GROUND_H
#define TESTS_RATE_GROUND_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "model/gram.h"
#include "model/train.h"
#include "tests/fixture.h"
#include "model/mean_curve.h"
#include "theory/shared/theory_data.h"

static const program_options rate_run = {.name = "test", .threads = 1, .quiet = true, .seed = 5};

/* Data, and the eigenpairs of xi Hinf at xi = 1/2. */
typedef struct {
    theory_data d;
    gram g;
    eigenpairs infinite;
} ground;

/* Takes over the data. */
static inline ground ground_of(dataset data)
{
    ground a;
    cr_assert(eq(int, theory_open_data(&rate_run, data, &a.d), OK));
    cr_assert(eq(int, gram_new(&a.d.data, GRAM_AUTO, &a.g), OK));
    cr_assert(eq(int, eigenpairs_new(a.d.Hinf, a.g.n, 0.5, &a.infinite), OK));
    return a;
}

static inline void ground_leave(ground *a)
{
    eigenpairs_free(&a->infinite);
    gram_free(&a->g);
    theory_close(&a->d);
}

/* eta = 1/||G||, xi = 1/2, Bernoulli masks. */
static inline train_settings ground_settings(const ground *a, size_t m, size_t p, size_t tau,
                                             double kappa)
{
    return (train_settings){.width = m,
                            .subnets = p,
                            .xi = 0.5,
                            .lr = 1 / a->d.gram_norm,
                            .local_steps = tau,
                            .kappa = kappa,
                            .mask = MASK_BERNOULLI,
                            .scaling = SCALING_THEORY};
}

#endif
