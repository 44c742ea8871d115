#include "theory/infinite/table.h"

#include <math.h>
#include <stdio.h>

#include "theory/concentration/trial.h"

static const char NAMES[] = "index eigenvalue second gram";
static const char LEGEND[] = "index [count] k, from the largest\n"
                             "eigenvalue [1] k-th largest eigenvalue of Hinf, by divide and conquer (dsyevd)\n"
                             "second [1] the same by reduction in two stages (dsyevd_2stage)\n"
                             "gram [1] k-th largest eigenvalue of G = X X^T, 0 up to rounding beyond its rank";

/* E||H(0) - Hinf||_F^2 = V/m. */
static void note_networks(const theory_data *d, const infinite_result *r, table *t)
{
    double V = concentration_variance(d->G, d->Hinf, d->data.n, 1);
    for (size_t w = 0; w < r->plan->width_count; w++) {
        char key[64];
        double m = r->plan->widths[w];
        snprintf(key, sizeof key, "networks of width %g", m);
        table_note(t, key, "%zu, root mean square of ||H(0) - Hinf||_F: %.6g, expected %.6g", r->plan->networks,
                   sqrt(r->squares[w]), sqrt(V / m));
    }
}

static void note_spectrum(const theory_data *d, const infinite_spectrum *s, table *t)
{
    double low = s->interval.low, high = s->interval.high, largest = s->values[s->n - 1];
    table_note(t, "statement", "Theorem 1: lambda_min(Hinf) > 0 if no two inputs are parallel");
    table_note(t, "lambda_min certainly in", "[%.17g, %.17g], relative width %.3g", low, high, (high - low) / high);
    table_note(t, "condition", "%.17g", largest / s->values[0]);
    if (s->n > 1)
        table_note(t, "smallest angle", "%.17g, rows %zu and %zu", d->data.smallest_angle, d->data.closest[0],
                   d->data.closest[1]);
}

status infinite_write(const theory_data *d, const infinite_result *r, const sweep_result *swept)
{
    table *t = table_new(NAMES, LEGEND, 17);
    if (!t)
        return FAILED;
    note_spectrum(d, &r->spectrum, t);
    note_networks(d, r, t);
    table_note(t, "entries looked at", "%zu", r->plan->entry_count);
    theory_note(d, swept, t);
    for (size_t k = 1; k <= r->spectrum.n; k++) {
        size_t place = r->spectrum.n - k;
        table_row(t);
        table_number(t, (double)k);
        table_number(t, r->spectrum.values[place]);
        table_number(t, r->spectrum.second[place]);
        table_number(t, r->gram[place]);
    }
    status s = table_write(t, d->run->out);
    table_free(t);
    if (s == OK)
        program_say(d->run, "wrote %s", d->run->out);
    return s;
}
