#include "theory/infinite/rows.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "theory/shared/criteria.h"

#define SAY(text, ...) snprintf(text, sizeof text, __VA_ARGS__)

/* The larger; a NaN stays. */
static double larger(double a, double b)
{
    return a >= b || isnan(a) ? a : b;
}

/* --- Assumption 1 --- */

status infinite_row_scaling(const dataset *data, theory_rows *list)
{
    statement_row *row = theory_row(list, "Assumption 1, norms and labels", EXACT, "");
    if (!row)
        return FAILED;
    double off = 0, label = 0;
    for (size_t i = 0; i < data->n; i++) {
        long double square = 0;
        for (size_t k = 0; k < data->d; k++)
            square += (long double)data->X[i * data->d + k] * data->X[i * data->d + k];
        off = larger(off, (double)fabsl(sqrtl(square) - 1));
        label = larger(label, fabs(data->Y[i]));
    }
    theory_check_at_most(row, true, CRITERION_EXACT, off, data->n);
    if (!(label <= 1))
        row->verdict = STATEMENT_REFUTED;
    SAY(row->says, "||x_i|| = 1, the largest error; |y_i| <= C - 1: %.3g with C = 2", label);
    SAY(row->hypotheses, "rows and labels scaled when read; labels divided by %.6g", data->label_scale);
    return OK;
}

status infinite_row_parallel(const dataset *data, bool met, theory_rows *list)
{
    statement_row *row = theory_row(list, "Assumption 1, no two inputs parallel", PAPER, "");
    if (!row)
        return FAILED;
    row->bound = 0;
    row->observed = data->smallest_angle;
    row->trials = data->n * (data->n - 1) / 2;
    row->verdict = verdict_of(met, data->n < 2 || data->smallest_angle > 0);
    if (data->n < 2)
        SAY(row->says, "one input: nothing to be parallel to");
    else
        SAY(row->says, "smallest angle between two inputs, rows %zu and %zu", data->closest[0], data->closest[1]);
    if (data->opposite)
        SAY(row->hypotheses, "rows %zu and %zu are opposite: parallel, though Hinf may be regular",
            data->opposite_rows[0], data->opposite_rows[1]);
    return OK;
}

/* --- Theorem 1 --- */

status infinite_row_theorem(const infinite_spectrum *s, bool met, theory_rows *list)
{
    statement_row *row = theory_row(list, "Theorem 1", PAPER, "");
    if (!row)
        return FAILED;
    double low = s->interval.low, high = s->interval.high;
    row->bound = 0;
    row->observed = low;
    row->trials = 1;
    row->verdict = verdict_of(met, low > 0);
    if (met && low <= 0 && high > 0)
        row->verdict = NOT_CHECKED;
    SAY(row->says, "lambda_min(Hinf) > 0; it is certainly at least the number observed%s",
        row->verdict == NOT_CHECKED ? ", too near 0 to tell its sign" : "");
    SAY(row->hypotheses, "Assumption 1, no two inputs parallel: %s", met ? "met" : "not met");
    return OK;
}

status infinite_row_cap(const infinite_spectrum *s, const dataset *data, theory_rows *list)
{
    statement_row *row = theory_row(list, "Theorem 1, cap by the closest pair", DERIVED, "");
    if (!row)
        return FAILED;
    if (s->n < 2) {
        SAY(row->hypotheses, "two inputs: not met");
        return OK;
    }
    double t = data->smallest_angle, half = sin(t / 2);
    /* 1/2 - cos t (pi - t)/(2 pi) without its cancellation at small t; entries of Hinf are rounded */
    double cap = (t * cos(t) + 2 * M_PI * half * half) / (2 * M_PI);
    theory_check_at_most(row, true, cap + CRITERION_ROUNDINGS * DBL_EPSILON / 2, s->interval.low, 1);
    SAY(row->says, "lambda_min(Hinf) <= 1/2 - cos t (pi - t)/(2 pi), about t/(2 pi), for two inputs at an angle t");
    SAY(row->hypotheses, "none; rows %zu and %zu, t = %.6g; observed: a certain lower bound of lambda_min",
        data->closest[0], data->closest[1], t);
    return OK;
}

/* --- the numbers --- */

status infinite_row_drivers(const infinite_spectrum *s, theory_rows *list)
{
    statement_row *row = theory_row(list, "Theorem 1, two LAPACK drivers", EXACT,
                                    "eigenvalues of Hinf by dsyevd and by dsyevd_2stage: largest difference over "
                                    "lambda_max");
    if (!row)
        return FAILED;
    double off = 0;
    for (size_t k = 0; k < s->n; k++)
        off = larger(off, fabs(s->values[k] - s->second[k]) / s->values[s->n - 1]);
    theory_check_at_most(row, true, CRITERION_EXACT, off, s->n);
    SAY(row->hypotheses, "none; lambda_min %.12g and %.12g", s->values[0], s->second[0]);
    return OK;
}

status infinite_row_sums(const infinite_spectrum *s, theory_rows *list)
{
    statement_row *row = theory_row(list, "Theorem 1, sums of eigenvalues", EXACT,
                                    "sum of eigenvalues = n/2, of squares = ||Hinf||_F^2: larger relative error");
    if (!row)
        return FAILED;
    long double sum = 0, squares = 0, frobenius = 0, trace = (long double)s->n / 2;
    for (size_t k = 0; k < s->n; k++) {
        sum += s->values[k];
        squares += (long double)s->values[k] * s->values[k];
    }
    for (size_t e = 0; e < s->n * s->n; e++)
        frobenius += (long double)s->Hinf[e] * s->Hinf[e];
    double off = larger((double)(fabsl(sum - trace) / trace), (double)(fabsl(squares - frobenius) / frobenius));
    theory_check_at_most(row, true, CRITERION_EXACT, off, s->n);
    SAY(row->hypotheses, "unit inputs, so that Hinf_ii = 1/2");
    return OK;
}

/* How far x lies outside the interval, over lambda_max. NaN stays. */
static double outside(const infinite_spectrum *s, double x)
{
    double below = s->interval.low - x, above = x - s->interval.high;
    return larger(larger(below, above), 0) / s->values[s->n - 1];
}

status infinite_row_interval(const infinite_spectrum *s, theory_rows *list)
{
    statement_row *row = theory_row(list, "Theorem 1, certified interval", DERIVED, "");
    if (!row)
        return FAILED;
    double low = s->interval.low, high = s->interval.high;
    double off = larger(outside(s, s->values[0]), larger(outside(s, s->second[0]), outside(s, s->interval.value)));
    theory_check_at_most(row, true, CRITERION_EXACT, off, 3);
    if (!(low <= high))
        row->verdict = STATEMENT_REFUTED;
    SAY(row->says,
        "%.14g <= lambda_min <= %.14g (relative width %.1e); how far a driver's lies outside, over lambda_max", low,
        high, (high - low) / fabs(high));
    SAY(row->hypotheses, "none; of Hinf as stored; below by Cholesky and its residual, above by a Rayleigh quotient, "
                         "roundings included");
    return OK;
}

/* --- the closed form --- */

status infinite_row_quadrature(const infinite_entry *entries, size_t count, theory_rows *list)
{
    statement_row *row = theory_row(list, "Hinf, closed form and quadrature", EXACT,
                                    "Hinf_ij = <x_i,x_j> (pi - angle)/(2 pi) and the Gaussian integral: largest "
                                    "difference over 1/2");
    if (!row)
        return FAILED;
    theory_check_at_most(row, true, CRITERION_EXACT, infinite_entries_off(entries, count), count);
    SAY(row->hypotheses, "none; %zu entries, Gauss-Legendre", count);
    return OK;
}

/* Every entry at every width is a test; together they err with probability 1 - CRITERION_CONFIDENCE (Bonferroni). */
status infinite_row_simulation(const infinite_entry *entries, size_t count, const infinite_simulation *seen,
                               theory_rows *list)
{
    statement_row *row = theory_row(list, "Hinf, closed form and random networks", EXACT, "");
    if (!row)
        return FAILED;
    double least = 2, tests = (double)(count * seen->count);
    size_t width = 0, place = 0;
    for (size_t w = 0; w < seen->count; w++) {
        size_t worst = 0;
        double chance = infinite_entries_chance(entries, count, seen->means + w * count,
                                                seen->widths[w] * (double)seen->networks, &worst);
        if (chance >= least || isnan(least))
            continue;
        least = chance;
        width = w;
        place = worst;
    }
    double adjusted = least * tests > 1 ? 1 : least * tests;
    theory_check_at_least(row, true, 1 - CRITERION_CONFIDENCE, adjusted, seen->networks);
    row->slack = NAN;
    row->limit = adjusted;
    SAY(row->says,
        "E[H(0)_ij] = Hinf_ij, xi = 1: smallest p-value of %g counts, times %g, is not below %.2g; rows %zu, %zu, m=%g",
        tests, tests, 1 - CRITERION_CONFIDENCE, entries[place].i, entries[place].j, seen->widths[width]);
    SAY(row->hypotheses, "none; %zu networks, %zu widths up to %g", seen->networks, seen->count,
        seen->widths[seen->count - 1]);
    return OK;
}
