/* criteria: every tolerance and level by which the programs of this folder judge, fixed before any
 * run, each with its reason.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_CRITERIA_H
#define THEORY_CRITERIA_H

#include "study/confidence.h"

/* Failure probability delta that "with high probability" is checked at: the usual 5 %. */
#define CRITERION_DELTA 0.05

/* Confidence of intervals that are only shown. */
#define CRITERION_SHOWN_CONFIDENCE 0.95

/* Exact facts by enumeration: relative to the larger side; double precision sums of at most 2^20
 * terms leave 1e-13. */
#define CRITERION_EXACT 1e-12

/* The slope of ||H_m - xi Hinf|| in m is fitted where a mask takes this many neurons, m xi: there
 * the mean of log(sqrt(m) ||.||) is within 0.01 of its limit (seen at n = 50 over 1500 trials; at
 * 13 neurons within 0.03), the slope over a decade within 0.005. */
#define CRITERION_SLOPE_ACTIVE 64

/* What is read off a difference may carry this many roundings of the larger number: a subtraction,
 * a sum and a mean, with room to spare. */
#define CRITERION_ROUNDINGS 8

/* Spectral norms are known to 1e-8 relative (spectrum_norm), so that a bound which an instance may
 * meet with equality is passed up to that. */
#define CRITERION_NORM 1e-8

/* Rounding error of a network's outputs over their size: sums of 10^5 terms leave 1e-15. A ratio of
 * residuals is looked at where this cannot move it by CRITERION_NORM, nor by a hundredth of the
 * descent it is held against. */
#define CRITERION_OUTPUT 1e-14

/* The mean curve (mean-curve in doc/mathematics.md) holds in the limit of wide networks while
 * activations stay put. How it is approached is checked where at most this share of them has
 * changed in a run: then the kernel is still nearly that of the start. */
#define CRITERION_FLIPPED 0.05

/* Exponents in m hold for m to infinity; at widths of hundreds the next order moves a fitted one by
 * as much as this. A curve that is wrong does not approach at all: exponent 0. */
#define CRITERION_EXPONENT_MARGIN 0.1

/* The mean of draws of masks is judged by its Student interval only if the rarest thing that a mask
 * does to a neuron is expected this often among the neurons looked at: a Poisson count of 50 leaves
 * the interval of probability 1e-5 with probability below 2e-4. */
#define CRITERION_EVENTS 50

/* The mean of trials is judged by its Student interval from this many trials on. What a trial gives
 * may be a count of neurons: of fewer trials all may show the same one by chance, and the interval
 * has no width (at a standard deviation of one and a half neurons with probability 1e-9). */
#define CRITERION_MEAN_TRIALS 16

#endif
