/* Theorem 3 and Corollaries 1 to 3, judged on mean curves, first rounds and floors.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/bernoulli_rate/bernoulli_rate.h"

#include <math.h>
#include <string.h>

#include "study/claim.h"
#include "theory/criteria.h"
#include "stats/extreme.h"

/* --- the mean curve --- */

/* Share of activations that changed, mean over starts. */
static double share_flipped(const study_run *r, size_t k) {
    double share = 0;
    size_t last = curve_values(bernoulli_cell_of(r, k)->rounds) - 1;
    for (size_t j = 0; j < r->repeats; j++) {
        share += study_values(r, k, j)[last] / (double)r->repeats;
    }
    return share;
}

static void require_activations_stay(evidence *e, double share, double most) {
    claim_supposes(e, share <= most, "activations stay put: %.2g of them changed, at most %.3g may",
                   share, most);
}

static const size_t of_start = 0, of_limit = 1; /* kernels that predict: H(0), xi Hinf */

/* x (repeats) <- squared distances of the mean from the curve of the claim's kernel. */
static void square_distances(const study_run *r, size_t k, const evidence *e, double *x) {
    const size_t *kernel = e->claim->subject;
    for (size_t j = 0; j < r->repeats; j++) {
        x[j] = curve_distance(study_values(r, k, j), bernoulli_cell_of(r, k)->rounds, *kernel);
    }
}

/* A mean of squared distances tells on which side of what is allowed it lies if it is this many of
 * its standard errors away. */
static const double SHARP = 3;

/* Half the way to the nearest wrong theory. A share f of changed activations moves the curve by
 * about f of itself: as few may change. */
static double halfway(double gap) { return gap / 2; }

/* At the largest width, the root mean square of the distance over starts. */
static status curve_level(const study_run *r, evidence *e) {
    size_t k = bernoulli_widest(r);
    double *square = claim_array(e, r->repeats);
    if (!square) { return FAILED; }
    square_distances(r, k, e, square);
    stats_summary over = stats_summarise(square, r->repeats);
    double mean = over.mean, allowed = halfway(bernoulli_nearest_wrong(r, k).distance);
    double error = over.sd / sqrt((double)r->repeats);
    claim_check_only_if(e, !(fabs(mean - allowed * allowed) < SHARP * error));
    claim_says(e,
               "mean of y - u_k over masks follows e_k of H(0) and not the nearest wrong theory: "
               "relative distance, m = %g",
               bernoulli_cell_of(r, k)->value);
    require_activations_stay(e, share_flipped(r, k), allowed);
    return claim_saw(e, allowed, sqrt(mean < 0 ? 0 : mean), (double)r->repeats);
}

/* The distance falls at least like m^(-1/2) (curve_setting); not checked if the interval of the
 * fitted exponent holds 0 as well. */
static status curve_exponent(const study_run *r, evidence *e) {
    static const double EXPONENT = -0.5;
    size_t first = ((const bernoulli_context *)r->context)->first[AXIS_CURVE];
    size_t widths = bernoulli_widest(r) + 1 - first, count = widths * r->repeats;
    double *x = claim_array(e, count), *y = claim_array(e, count), flipped = 0;
    if (!x || !y) { return FAILED; }
    bool hidden = widths < 3;
    for (size_t k = 0; k < widths; k++) {
        square_distances(r, first + k, e, y + k * r->repeats);
        extreme_raise(&flipped, share_flipped(r, first + k));
    }
    for (size_t k = 0; k < count; k++) {
        hidden |= y[k] <= 0; /* below the noise of --masks */
        x[k] = log(bernoulli_cell_of(r, first + k / r->repeats)->value);
        y[k] = log(y[k]) / 2;
    }
    stats_line line = stats_fit_line(x, y, count, CLAIM_CONFIDENCE);
    stats_interval i = line.slope_interval;
    double bound = EXPONENT + CRITERION_EXPONENT_MARGIN;
    bool tells = !(hidden || (i.low <= bound && i.high >= 0));
    claim_says(e,
               "distance of the mean of y - u_k from e_k falls as m^(-1/2) or faster; exponent in "
               "[%.3f, %.3f]",
               i.low, i.high);
    if (!tells) {
        claim_says(e, "distance of the mean from e_k against m: too few widths, --repeats or "
                      "--masks to tell");
    }
    require_activations_stay(e, flipped, CRITERION_FLIPPED);
    claim_check_only_if(e, tells);
    return claim_estimated(e, bound, line.slope, i, count);
}

/* Measured and predicted slope of log ||.||^2 over the first rounds differ by at most half of what
 * the nearest wrong theory differs by. */
static status initial_rate(const study_run *r, evidence *e) {
    size_t k = bernoulli_widest(r), window = bernoulli_cell_of(r, k)->window;
    double *measured = claim_array(e, r->repeats), *slope = claim_array(e, r->repeats);
    if (!measured || !slope) { return FAILED; }
    bernoulli_curve_slopes(r, k, CURVE_MEAN, measured);
    bernoulli_curve_slopes(r, k, CURVE_FINITE, slope);
    stats_interval i = stats_mean_interval(measured, r->repeats, CRITERION_SHOWN_CONFIDENCE);
    double predicted = stats_summarise(slope, r->repeats).mean;
    bernoulli_gap gap = bernoulli_nearest_wrong(r, k);
    claim_says(e,
               "||mean||^2 contracts as predicted from H(0), rounds 0-%zu: factor in [%.4f, %.4f], "
               "predicted %.4f",
               window, exp(i.low), exp(i.high), exp(predicted));
    require_activations_stay(e, share_flipped(r, k), halfway(gap.distance));
    for (size_t j = 0; j < r->repeats; j++) { measured[j] -= slope[j]; }
    return claim_saw(e, halfway(gap.slope), fabs(stats_summarise(measured, r->repeats).mean),
                     (double)r->repeats);
}

/* --- contraction --- */

/* What a claim about the rate looks at. */
typedef struct {
    rate_axis first, last; /* axes first <= a < last */
    bool workers;          /* cells with p > 1 and tau > 1 alone */
    bool written;          /* the rate with eta as the theorem writes it */
} rate_cells;

/* Measured contraction of every cell is at most the paper's factor. Shown is the cell with the
 * largest measured / allowed; refuted if some cell's interval (all at once) lies above. */
static status paper_rate(const study_run *r, evidence *e) {
    const bernoulli_context *c = r->context;
    const rate_cells *of = e->claim->subject;
    size_t first = c->first[of->first], last = c->first[of->last], trials = 0;
    bool small = ((const bernoulli_settings *)r->settings)->step <= 1;
    double confidence = claim_confidence_of_each(last > first ? last - first : 1);
    double worst = -INFINITY, *slope = claim_array(e, r->repeats);
    if (!slope) { return FAILED; }
    for (size_t k = first; k < last; k++) {
        const bernoulli_cell *cell = &c->cells[k];
        if (of->workers && !(cell->s.subnets > 1 && cell->s.local_steps > 1)) { continue; }
        if (cell->axis == AXIS_BOTTOM && bernoulli_is_beyond(cell)) { continue; }
        study_numbers(r, k, FLOOR_SLOPE, slope);
        double low = exp(stats_mean_interval(slope, r->repeats, confidence).low);
        double allowed = of->written ? cell->written_factor : cell->paper_factor;
        double factor = exp(stats_summarise(slope, r->repeats).mean);
        claim_refute_unless(e, low <= allowed);
        trials += r->repeats;
        if (factor / allowed <= worst) { continue; }
        worst = factor / allowed;
        claim_saw(e, allowed, factor, (double)trials);
        claim_says(e,
                   "first rounds: ||y-u||^2 contracts by 1 - eta%s theta tau lambda0/4 or faster; "
                   "nearest at %s = %g",
                   of->written ? "" : " xi", rate_axis_words[cell->axis], cell->value);
    }
    e->row.trials = trials;
    claim_check_only_if(e, trials > 0);
    char beyond[BERNOULLI_WORDS] = "";
    if (of->first == AXIS_BOTTOM) { bernoulli_beyond(c, first, last, beyond); }
    claim_supposes(e, small, "eta <= 1/||G||: %s%s%s", small ? "met" : "not met",
                   of->workers ? "; p, tau > 1, kappa small" : "", beyond);
    return OK;
}

/* --- trends --- */

/* x (repeats) <- the numbers of a cell; false where the cell does not count. */
typedef bool numbers_of(const study_run *r, size_t k, double *x);

/* What is followed along an axis. */
typedef struct {
    rate_axis axis;
    trend_sense sense;
    const char *symbol; /* of what the power law is fitted in */
    numbers_of *numbers;
} axis_trend;

/* Only a floor that has stopped falling is one. */
static bool floor_level(const study_run *r, size_t k, double *x) {
    study_numbers(r, k, FLOOR_CHANGE, x);
    bool settled = bernoulli_settled(x, r->repeats);
    study_numbers(r, k, FLOOR_LEVEL, x);
    return settled;
}

static bool contraction_factor(const study_run *r, size_t k, double *x) {
    study_numbers(r, k, FLOOR_SLOPE, x);
    for (size_t j = 0; j < r->repeats; j++) { x[j] = exp(x[j]); }
    return true;
}

static bool contraction_gain(const study_run *r, size_t k, double *x) {
    study_numbers(r, k, FLOOR_SLOPE, x);
    for (size_t j = 0; j < r->repeats; j++) { x[j] = -expm1(x[j]); }
    return true;
}

static status trend_along(const study_run *r, evidence *e) {
    const axis_trend *of = e->claim->subject;
    const size_t *first = ((const bernoulli_context *)r->context)->first + of->axis;
    size_t cells = first[1] - first[0], kept = 0;
    bool away = strcmp(of->symbol, "1-xi") == 0;
    double *setting = claim_array(e, cells), *values = claim_array(e, cells * r->repeats);
    if (!setting || !values) { return FAILED; }
    for (size_t k = first[0]; k < first[1]; k++) {
        if (!of->numbers(r, k, values + kept * r->repeats)) { continue; }
        setting[kept++] =
            away ? 1 - bernoulli_cell_of(r, k)->value : bernoulli_cell_of(r, k)->value;
    }
    bool floors = of->numbers == floor_level;
    char beyond[BERNOULLI_WORDS] = "";
    if (floors) { bernoulli_beyond(r->context, first[0], first[1], beyond); }
    claim_supposes(e, true, "%zu of %zu cells%s%s", kept, cells,
                   floors ? " have stopped falling, only these count" : "", beyond);
    bool paired = of->axis == AXIS_SUBNETS || of->axis == AXIS_MULTI_SAMPLE;
    trend_groups g = {kept, r->repeats, setting, of->symbol, values, paired};
    return claim_trend(e, of->sense, &g);
}

/* --- the statements --- */

static const claim of_curves[] = {
    {"Theorem 3, mean curve", "mean-curve", DERIVED, TEST_AT_MOST, "", curve_level,
     .subject = &of_start},
    {"Theorem 3, mean curve of H(0), in m", "mean-curve", DERIVED, TEST_MEAN_BELOW, "",
     curve_exponent, .subject = &of_start},
    {"Theorem 3, mean curve of Hinf, in m", "mean-curve", DERIVED, TEST_MEAN_BELOW, "",
     curve_exponent, .subject = &of_limit},
    {"Theorem 3, initial rate of the mean", "mean-curve", DERIVED, TEST_AT_MOST, "", initial_rate}};

/* Corollary 3 supposes a small kappa: its cells are those at the base setting's kappa, which are
 * all on the axes beside those of kappa. */
static const claim of_floors[] = {
    {"Theorem 3, rate", "theorem-3", PAPER, TEST_MEANS_BELOW, "no cell to be measured", paper_rate,
     .subject = &(const rate_cells){AXIS_WIDTH, AXIS_CURVE, false}},
    {"Theorem 3, rate along v_min", "theorem-3", PAPER, TEST_MEANS_BELOW, "no cell to be measured",
     paper_rate, .subject = &(const rate_cells){AXIS_BOTTOM, AXES, false}},
    {"Theorem 3, rate along v_min, eta as written", "theorem-3", PAPER, TEST_MEANS_BELOW,
     "no cell to be measured", paper_rate,
     .subject = &(const rate_cells){AXIS_BOTTOM, AXES, false, true}},
    {"Theorem 3, floor against kappa", "theorem-3-floor", PAPER, TEST_TREND,
     "floor rises with kappa", trend_along,
     .subject = &(const axis_trend){AXIS_KAPPA, TREND_RISES, "kappa", floor_level}},
    {"Theorem 3, floor against p", "theorem-3-floor", PAPER, TEST_TREND, "floor falls with p",
     trend_along, .subject = &(const axis_trend){AXIS_SUBNETS, TREND_FALLS, "p", floor_level}},
    {"Theorem 3, floor against tau", "theorem-3-floor", PAPER, TEST_TREND, "floor rises with tau",
     trend_along,
     .subject = &(const axis_trend){AXIS_LOCAL_STEPS, TREND_RISES, "tau", floor_level}},
    {"Theorem 3, floor against xi", "theorem-3-floor", PAPER, TEST_TREND,
     "floor falls to 0 as xi -> 1", trend_along,
     .subject = &(const axis_trend){AXIS_XI, TREND_FALLS, "1-xi", floor_level}},
    {"Corollary 1, floor", "corollary-1", PAPER, TEST_TREND, "dropout: floor falls to 0 as xi -> 1",
     trend_along, .subject = &(const axis_trend){AXIS_DROPOUT, TREND_FALLS, "1-xi", floor_level}},
    {"Corollary 2, floor", "corollary-2", PAPER, TEST_TREND,
     "multi-sample dropout: floor falls with p", trend_along,
     .subject = &(const axis_trend){AXIS_MULTI_SAMPLE, TREND_FALLS, "p", floor_level}},
    {"Corollary 1, contraction", "corollary-1", PAPER, TEST_TREND,
     "dropout: 1 - contraction falls to 0 with xi", trend_along,
     .subject = &(const axis_trend){AXIS_SMALL_XI, TREND_RISES, "xi", contraction_gain}},
    {"Corollary 2, contraction", "corollary-2", PAPER, TEST_TREND,
     "multi-sample dropout: contraction falls with p", trend_along,
     .subject = &(const axis_trend){AXIS_MULTI_SAMPLE, TREND_FALLS, "p", contraction_factor}},
    {"Corollary 3, rate", "corollary-3", PAPER, TEST_MEANS_BELOW, "no cell to be measured",
     paper_rate, .subject = &(const rate_cells){AXIS_SUBNETS, AXIS_DROPOUT, true}}};

const claim_group bernoulli_claims[] = {{CLAIMS(of_curves)}, {CLAIMS(of_floors)}, {NULL}};
