/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/trend.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>

/* What one stratum adds to the sums. */
typedef struct {
    double score, variance;
    size_t pairs, missing;
} tally;

/* sum over t of t(t-1), t(t-1)(t-2) and t(t-1)(2t+5): the group sizes and the runs of ties enter by
 * these alone. */
typedef struct {
    double two, three, five;
} moments;

static void moments_add(moments *m, double t) {
    m->two += t * (t - 1);
    m->three += t * (t - 1) * (t - 2);
    m->five += t * (t - 1) * (2 * t + 5);
}

/* Variance of the score over all orders of N observations in groups of the given moments, with runs
 * of ties of the given moments (Hollander and Wolfe, Nonparametric Statistical Methods, section
 * 6.2; Kendall, Rank Correlation Methods, section 4.9). The score counts +1 and -1, twice the
 * Jonckheere statistic: four times its variance. */
static double score_variance(double n, moments groups, moments ties) {
    double variance = (n * (n - 1) * (2 * n + 5) - groups.five - ties.five) / 18;
    if (n > 2) { variance += groups.three * ties.three / (9 * n * (n - 1) * (n - 2)); }
    if (n > 1) { variance += groups.two * ties.two / (2 * n * (n - 1)); }
    return variance;
}

/* Rising minus falling pairs between groups: sum_{g<h} sum_{x in g, y in h} sign(y - x). */
static double score(const double *x, const size_t *sizes, size_t groups) {
    double sum = 0;
    size_t start = 0;
    for (size_t g = 0; g < groups; g++) {
        for (size_t j = start; j < start + sizes[g]; j++) {
            for (size_t i = 0; i < start; i++) { sum += (x[j] > x[i]) - (x[j] < x[i]); }
        }
        start += sizes[g];
    }
    return sum;
}

/* Moments of the runs of equal values of x (n), which is sorted on return. */
static moments ties_of(double *x, size_t n) {
    moments ties = {0};
    gsl_sort(x, 1, n);
    for (size_t start = 0, end; start < n; start = end) {
        end = start + 1;
        while (end < n && x[end] == x[start]) { end++; }
        moments_add(&ties, (double)(end - start));
    }
    return ties;
}

/* Copies the numbers of a stratum to x and their count in each group to sizes; returns their count
 * in all. */
static size_t keep_numbers(const trend_stratum *s, double *x, size_t *sizes) {
    size_t kept = 0, read = 0;
    for (size_t g = 0; g < s->groups; g++) {
        size_t before = kept;
        for (size_t end = read + s->sizes[g]; read < end; read++) {
            if (!isnan(s->x[read])) { x[kept++] = s->x[read]; }
        }
        sizes[g] = kept - before;
    }
    return kept;
}

/* Pairs between groups of the given sizes: (N^2 - sum n_g^2) / 2. */
static size_t pairs_between(const size_t *sizes, size_t groups) {
    size_t pairs = 0, before = 0;
    for (size_t g = 0; g < groups; g++) {
        pairs += before * sizes[g];
        before += sizes[g];
    }
    return pairs;
}

static bool tally_stratum(const trend_stratum *s, tally *sum) {
    size_t total = 0;
    for (size_t g = 0; g < s->groups; g++) { total += s->sizes[g]; }
    scratch work = {0};
    double *x = scratch_take(&work, total, sizeof *x, "observations of a trend");
    size_t *sizes = scratch_take(&work, s->groups, sizeof *sizes, "groups of a trend");
    const bool room = !work.failed;
    if (room) {
        size_t kept = keep_numbers(s, x, sizes);
        size_t pairs = pairs_between(sizes, s->groups);
        sum->pairs += pairs;
        sum->missing += pairs_between(s->sizes, s->groups) - pairs;
        sum->score += score(x, sizes, s->groups);
        moments groups = {0};
        for (size_t g = 0; g < s->groups; g++) { moments_add(&groups, (double)sizes[g]); }
        sum->variance += score_variance((double)kept, groups, ties_of(x, kept));
    }
    scratch_free(&work);
    return room;
}

/* Strata are independent: scores and their variances add. Mean 0 without a trend. */
trend_result trend_jonckheere(const trend_stratum *strata, size_t count) {
    trend_result result = {.effect = NAN, .z = NAN, .p_falls = NAN, .p_rises = NAN};
    tally sum = {0};
    for (size_t s = 0; s < count; s++) {
        if (!tally_stratum(&strata[s], &sum)) { return result; }
    }
    result.pairs = sum.pairs;
    result.missing = sum.missing;
    if (sum.pairs > 0) { result.effect = sum.score / (double)sum.pairs; }
    if (sum.variance > 0) {
        result.z = sum.score / sqrt(sum.variance);
        result.p_falls = gsl_cdf_ugaussian_P(result.z);
        result.p_rises = gsl_cdf_ugaussian_Q(result.z);
    }
    return result;
}

status trend_paired(const double *x, size_t groups, size_t repeats, scratch *work,
                    trend_result *found) {
    trend_stratum *strata = scratch_take(work, repeats, sizeof *strata, "strata of a trend");
    size_t *ones = scratch_take(work, groups, sizeof *ones, "groups of a trend");
    double *own = scratch_take(work, groups * repeats, sizeof *own, "observations of a trend");
    if (!strata || !ones || !own) { return FAILED; }
    for (size_t g = 0; g < groups; g++) { ones[g] = 1; }
    for (size_t j = 0; j < repeats; j++, own += groups) {
        for (size_t g = 0; g < groups; g++) { own[g] = x[g * repeats + j]; }
        strata[j] = (trend_stratum){.x = own, .sizes = ones, .groups = groups};
    }
    *found = trend_jonckheere(strata, repeats);
    return OK;
}
