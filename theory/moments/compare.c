#include "theory/moments/compare.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "theory/shared/criteria.h"

/* Numbers whose sizes differ by less than this of themselves have one size: rounding could order them either way. */
static const double SAME_SIZE = 1e-9;

static double largest_of(const double *x, size_t count, double largest)
{
    for (size_t k = 0; k < count; k++)
        largest = fmax(largest, fabs(x[k]));
    return largest;
}

/* error / tolerance; 0 / 0 is 0: equal numbers that nothing is allowed to part. */
static double ratio_of(double error, double tolerance) { return error == 0 ? 0 : error / tolerance; }

void moments_closest_keep(moments_closest *kept, double value, double bound)
{
    double was = ratio_of(kept->value, kept->bound), is = ratio_of(value, bound);
    if (!(is <= was) && !isnan(was))
        *kept = (moments_closest){value, bound};
}

/* The first of the entries that are the largest to rounding. */
static size_t largest_entry(const double *x, size_t count)
{
    const double close_to_largest = (1 - SAME_SIZE) * largest_of(x, count, 0);
    size_t k = 0;
    while (k + 1 < count && !(fabs(x[k]) >= close_to_largest))
        k++;
    return k;
}

moments_comparison moments_compare_exact(const double *expected, const double *observed, size_t count)
{
    double scale = largest_of(observed, count, largest_of(expected, count, 0)), worst = -1;
    moments_comparison c = {.tolerance = CRITERION_EXACT * scale, .p = NAN, .compared = count};
    size_t shown = 0;
    for (size_t k = 0; k < count; k++) {
        double error = fabs(observed[k] - expected[k]);
        if (error <= worst || isnan(worst))
            continue;
        worst = error;
        shown = k;
    }
    if (worst <= c.tolerance)
        shown = largest_entry(expected, count);
    c.expected = expected[shown];
    c.observed = observed[shown];
    c.error = worst;
    c.relative = ratio_of(c.error, scale);
    return c;
}

moments_comparison moments_compare_sampled(const double *expected, const double *mean, const double *squares,
                                           size_t count, double trials, double rounding, size_t family)
{
    double worst = -1, tests = (double)family, scale = largest_of(expected, count, 0);
    double quantile = gsl_cdf_tdist_Qinv((1 - CRITERION_CONFIDENCE) / 2 / tests, trials - 1);
    moments_comparison c = {.relative = NAN, .p = 1, .compared = count};
    rounding += CRITERION_EXACT * scale;
    for (size_t k = 0; k < count; k++) {
        double error = fabs(mean[k] - expected[k]), deviation = sqrt(squares[k] / (trials - 1) / trials);
        double tolerance = quantile * deviation + rounding, ratio = ratio_of(error, tolerance);
        if (ratio <= worst || isnan(worst))
            continue;
        worst = ratio;
        c.expected = expected[k];
        c.observed = mean[k];
        c.error = error;
        c.tolerance = tolerance;
        double beyond = error - rounding;
        double tail = beyond <= 0 ? 0.5 : gsl_cdf_tdist_Q(beyond / deviation, trials - 1);
        c.p = isnan(ratio) ? NAN : 2 * tests * tail;
    }
    c.p = c.p > 1 ? 1 : c.p;
    return c;
}

moments_comparison moments_compare_bound(double bound, double observed, size_t compared)
{
    return (moments_comparison){.expected = bound,
                                .observed = observed,
                                .error = observed <= bound ? 0 : observed - bound,
                                .relative = NAN,
                                .p = NAN,
                                .compared = compared};
}

table *moments_table_new(void)
{
    return table_new("fact mask way quantity along relation compared trials expected observed error tolerance",
                     "fact [text] number of the fact, or lemma of the paper\n"
                     "mask [text] bernoulli, categorical, or - where no mask is drawn or both kinds are\n"
                     "way [text] enumerated (every mask of a small network), simulated, trained (rounds of runs), "
                     "computed (closed forms)\n"
                     "quantity [text] what is compared\n"
                     "along [text] entries: each by itself; or a mean of all entries with weights equal, as the "
                     "expected values, as their "
                     "minor terms, or of random signs\n"
                     "relation [text] = or <= between observed and expected\n"
                     "compared [count] numbers compared; the line shows the one farthest off, or, where nothing but "
                     "rounding parts them, the one that is expected to be the largest\n"
                     "trials [count] masks enumerated, draws, starts or rounds\n"
                     "expected [of the quantity] closed form; the bound where the relation is <=\n"
                     "observed [of the quantity] mean or worst of what was computed\n"
                     "error [of the quantity] |observed - expected| of the one farthest off; what observed exceeds the "
                     "bound by\n"
                     "tolerance [of the quantity] largest error that passes: 1e-12 of the largest number, or half the "
                     "family-wise 99.9 % "
                     "interval",
                     17);
}

void moments_put(table *t, const moments_subject *subject, moments_comparison c)
{
    if (!t)
        return;
    table_row(t);
    table_text(t, subject->fact);
    table_text(t, subject->mask);
    table_text(t, subject->way);
    table_text(t, subject->quantity);
    table_text(t, subject->along);
    table_text(t, subject->relation);
    table_number(t, (double)c.compared);
    table_number(t, subject->trials);
    table_number(t, c.expected);
    table_number(t, c.observed);
    table_number(t, c.error);
    table_number(t, c.tolerance);
}
