/* phi: its two ways agree, and wrong bounds of it are found.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/phi.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "model/bounds.h"

static double without_xi(unsigned p, double xi) { return bounds_phi_above(p, xi) * xi; }
static double half(unsigned p, double xi) { return bounds_phi_above(p, xi) / 2; }
static double half_sharp(unsigned p, double xi) { return bounds_phi_above_sharp(p, xi) / 2; }

/* phi = xi for p = 1: 2/((p+1) xi) = 1/xi meets it for xi = 1 alone, the sharp bound for every xi.
 */
Test(phi, bounds) {
    double worst;
    cr_expect(phi_keeps_to(bounds_phi_above, false, 1e-12, &worst));
    cr_expect(not(phi_keeps_to(bounds_phi_above, true, 1e-12, &worst)));
    cr_expect(phi_keeps_to(bounds_phi_above_sharp, true, 1e-12, &worst));
    cr_expect(not(phi_keeps_to(bounds_phi_above_sharp, false, 1e-12, &worst)));
    cr_expect(not(phi_keeps_to(without_xi, false, 1e-12, &worst)));
    cr_expect(not(phi_keeps_to(half, false, 1e-12, &worst)));
    cr_expect(lt(dbl, 1, worst));
    cr_expect(not(phi_keeps_to(half_sharp, true, 1e-12, &worst)));
    for (unsigned p = 1; p <= 12; p++) {
        cr_expect(le(dbl, fabs(phi_by_sum(p, 0.3) - bounds_phi(p, 0.3)), 1e-12), "p = %u", p);
    }
}
