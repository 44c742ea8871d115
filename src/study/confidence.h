/* Confidence that a verdict takes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STUDY_CONFIDENCE_H
#define STUDY_CONFIDENCE_H

/* Confidence of the intervals and limits that decide a verdict: a true statement is refuted by
 * chance at most once in a thousand rows. */
#define CLAIM_CONFIDENCE 0.999

/* A claim "with probability 1 - delta" needs this many times 1/delta trials: with 3/delta of them
 * one that fails twice as often as allowed shows a failure with probability over 99 %. */
#define CLAIM_TRIALS_PER_DELTA 3

#endif
