/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/phi.h"

#include <math.h>

#include "stats/extreme.h"

/* phi = sum_{x=1}^p C(p,x) xi^x (1-xi)^{p-x} / x */
double phi_by_sum(unsigned p, double xi) {
    double sum = 0;
    for (unsigned x = 1; x <= p; x++) { /* in logs, or it overflows */
        double choose = lgamma(p + 1.0) - lgamma(x + 1.0) - lgamma(p - x + 1.0);
        double none = x < p ? (p - x) * log1p(-xi) : 0;
        sum += exp(choose + x * log(xi) + none) / x;
    }
    return sum;
}

bool phi_keeps_to(double (*above)(unsigned p, double xi), bool equal_for_all_xi, double relative,
                  double *worst) {
    bool holds = true;
    *worst = 0;
    for (unsigned p = 1; p <= PHI_SUBNETS; p++) {
        for (int k = 1; k <= PHI_GRID; k++) {
            double xi = (double)k / PHI_GRID, ratio = phi_by_sum(p, xi) / above(p, xi);
            bool equal = p == 1 && (equal_for_all_xi || k == PHI_GRID);
            bool keeps = equal ? fabs(ratio - 1) <= relative : ratio < 1 - relative;
            extreme_raise(worst, ratio);
            holds = holds && keeps;
        }
    }
    return holds;
}
