/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/sized.h"

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
