/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/sized.h"

#include <gsl/gsl_integration.h>
#include <math.h>

double sized_nu_mean(const sized_law *law) { return law->pair * law->theta; }

double sized_nu_variance(const sized_law *law) {
    return law->pair * (1 - law->pair) * law->phi +
           law->pair * law->pair * law->theta * (1 - law->theta);
}

double sized_mixing_mean(const sized_law *law, double u, double own) {
    return law->theta * (law->pair / law->xi * u + (1 - law->pair) * own / sqrt(law->m));
}

/* Given that r is taken, the others have mean pair, variance pair (1-pair) and covariance excess;
 * c_r subnetworks average them. */
double sized_mixing_spread(const sized_law *law, double others, double sum, double own) {
    double drawn = law->pair * (1 - law->pair) * others + law->excess * (sum * sum - others);
    double mean = (law->pair - law->xi) * sum + (1 - law->xi) * own;
    return (law->phi * drawn + law->theta * mean * mean) / law->m;
}

double sized_jump(const sized_law *law, double squares, double sums) {
    return law->xi / law->m * ((1 - law->pair) * squares - (law->xi - law->pair) * sums);
}

double sized_bias_factor(const sized_law *law) {
    return law->xi * (1 - law->pair) / (law->m * sqrt(law->m));
}

/* Of p pairs of neurons the other p-1: both are taken with probability xi pair, either alone with
 * xi (1 - pair), none with the rest. 1/(1+C) is the integral of t^C over [0, 1], so that E[1/(1+C_r)
 * 1/(1+C_s)] is one over the square of (none + alone (s + t) + both s t)^(p-1); over t it is known,
 * over s a polynomial of degree below 2 p, which p points of Gauss and Legendre give exactly. */
static double mean_of_both_shares(double p, double both, double alone, double none) {
    gsl_integration_glfixed_table *rule = gsl_integration_glfixed_table_alloc((size_t)p);
    double sum = rule ? 0 : NAN;
    for (size_t k = 0; rule && k < (size_t)p; k++) {
        double s, weight;
        gsl_integration_glfixed_point(0, 1, k, &s, &weight, rule);
        double low = none + alone * s, slope = alone + both * s;
        sum += weight * (pow(low + slope, p) - pow(low, p)) / (p * slope);
    }
    if (rule) { gsl_integration_glfixed_table_free(rule); }
    return both * sum;
}

sized_between sized_between_fixed(double p, double xi, double pair) {
    double both = xi * pair, alone = xi - both, none = 1 - 2 * xi + both;
    double left = pow(1 - xi, p), theta = 1 - left;
    return (sized_between){.taken = pow(none, p) - left * left,
                           .count = -p * xi * (xi - pair) * pow(1 - xi, p - 1),
                           .share =
                               p * mean_of_both_shares(p, both, alone, none) - theta * theta / p};
}
