/* The claim that a measured number rises or falls along a setting, over independent repetitions.
 *
 * For claims with TEST_TREND, and with TEST_NO_TREND where the statement is that there is none. */
#ifndef STUDY_TREND_CLAIM_H
#define STUDY_TREND_CLAIM_H

#include <stddef.h>
#include "study/claim.h"

typedef enum { TREND_FALLS, TREND_RISES } trend_sense;

/* Groups of repetitions along the trend. */
typedef struct {
    size_t groups, repeats;
    const double *setting; /* (groups) > 0: what a power law is fitted against */
    const char *symbol;    /* of the setting: "m", "1-xi" */
    const double *values;  /* (groups, repeats) */
    bool paired; /* repetition j of all groups belongs together: compared with each other alone */
} trend_groups;

/* Jonckheere-Terpstra test along the groups, stratified by repetition if paired. Observed is Somers' D, bound 0, limit the one-sided
 * p-value of `sense`; the fitted exponent is added to what the claim says. Not checked with fewer
 * than three groups: two have an order by chance too often. NaN among the values refutes. */
status claim_trend(evidence *e, trend_sense sense, const trend_groups *g);

#endif
