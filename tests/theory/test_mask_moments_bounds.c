/* mask-moments: the inequality of Lemma 4, honest and with deliberate errors. Theory is double
 * precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"

#ifdef REAL_DOUBLE
#include "model/bounds.h"
#include "tests/support/moments_study.h"

TestSuite(mask_moments_bounds, .init = quiet, .timeout = 60);

static const moments_settings SETTINGS = {.width = 60,
                                          .subnets = 4,
                                          .xi = 0.2,
                                          .kappa = 1,
                                          .delta = 0.05,
                                          .step = 0.1,
                                          .local_steps = 2,
                                          .rounds = 1,
                                          .trials = 80};

/* Lemma 4 over all masks of the small network once more, as it is now. */
static verdict steepest_again(study_run *r) {
    moments_kind *k = &((moments_context *)r->context)->kind[MASK_BERNOULLI];
    cr_assert(eq(int, moments_enumerate(&k->small, k->mean, &k->masks, &k->lemma4), OK));
    return moments_verdict(r, "Lemma 4, inequality");
}

/* The norm of G forgotten; rows of norm 2 against the norm of unit ones; NaN, in draws and in the
 * enumeration. */
Test(mask_moments_bounds, steepest_gradient) {
    study_run r;
    moments_context *c = moments_open(&r, 20, &SETTINGS);
    moments_kind *k = &c->kind[MASK_BERNOULLI];
    cr_expect(eq(int, steepest_again(&r), NOT_REFUTED));
    double norm = k->small.gram_norm;
    k->small.gram_norm = 1;
    cr_expect(eq(int, steepest_again(&r), STATEMENT_REFUTED));
    k->small.gram_norm = norm;
    for (size_t i = 0; i < c->few.n * c->few.d; i++) { c->few.X[i] *= 2; }
    cr_expect(eq(int, steepest_again(&r), STATEMENT_REFUTED));
    k->lemma4 = (tightest){0, 1};
    cr_expect(eq(int, moments_verdict(&r, "Lemma 4, inequality"), NOT_REFUTED));
    k->lemma4.value = NAN;
    cr_expect(eq(int, moments_verdict(&r, "Lemma 4, inequality"), STATEMENT_REFUTED));
    k->lemma4.value = 0;
    c->kind[MASK_CATEGORICAL].sample.lemma4.value = NAN;
    cr_expect(eq(int, moments_verdict(&r, "Lemma 4, inequality"), STATEMENT_REFUTED));
    study_close(&r);
}
#endif
