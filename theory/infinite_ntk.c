/* infinite-ntk: Theorem 1. Hinf of the data, its spectrum by two LAPACK drivers, lambda_min in a certified interval,
 * and its closed form against quadrature and random networks. */
#include "theory/theory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "run/npy.h"
#include "run/options.h"
#include "theory/shared/criteria.h"
#include "theory/infinite/table.h"
#include "theory/infinite/units.h"

enum { MAX_ENTRIES = 1000000, MAX_NETWORKS = 10000, MAX_WIDTH = 1 << 24 };
enum { KEY_MATRIX = PROGRAM_OWN_KEY, KEY_ENTRIES, KEY_WIDTHS, KEY_NETWORKS };

typedef struct {
    const char *matrix;
    uint64_t entries, networks;
    option_list widths;
} settings;

static const struct argp_option options[] = {
    {"matrix", KEY_MATRIX, "FILE.npy", 0, "keep Hinf, (n, n) float64", 1},
    {"entries", KEY_ENTRIES, "N", 0, "entries that are found again by quadrature and random networks (default 2000)",
     1},
    {"widths", KEY_WIDTHS, "LIST", 0, "widths m of the random networks (default 256,1024,4096,16384)", 1},
    {"networks", KEY_NETWORKS, "N", 0, "how many random networks of every width (default 10)", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    settings *o = state->input;
    status s = OK;
    switch (key) {
    case KEY_MATRIX:
        s = option_path("matrix", text, &o->matrix);
        break;
    case KEY_ENTRIES:
        s = option_count("entries", text, 1, MAX_ENTRIES, &o->entries);
        break;
    case KEY_WIDTHS:
        s = option_counts("widths", text, 1, MAX_WIDTH, &o->widths);
        break;
    case KEY_NETWORKS:
        s = option_count("networks", text, 1, MAX_NETWORKS, &o->networks);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return s == OK ? 0 : EINVAL;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void say_summary(const theory_data *d, const infinite_spectrum *s)
{
    const program_options *run = d->run;
    double low = s->interval.low, high = s->interval.high, largest = s->values[s->n - 1];
    program_say(run,
                "lambda_min(Hinf) = %.12g, of the matrix as stored certainly in [%.15g, %.15g], relative width %.1e",
                s->values[0], low, high, (high - low) / high);
    program_say(run, "lambda_max(Hinf) = %.12g, condition %.6g", largest, largest / s->values[0]);
    if (s->n > 1)
        program_say(run, "smallest angle between two inputs: %.9g, rows %zu and %zu", d->data.smallest_angle,
                    d->data.closest[0], d->data.closest[1]);
}

static status judge(const theory_data *d, const infinite_result *r, theory_rows *list)
{
    status s = infinite_row_scaling(&d->data, list);
    if (s == OK)
        s = infinite_row_parallel(&d->data, d->assumption1, list);
    if (s == OK)
        s = infinite_row_theorem(&r->spectrum, d->assumption1, list);
    if (s == OK)
        s = infinite_row_cap(&r->spectrum, &d->data, list);
    if (s == OK)
        s = infinite_row_drivers(&r->spectrum, list);
    if (s == OK)
        s = infinite_row_sums(&r->spectrum, list);
    if (s == OK)
        s = infinite_row_interval(&r->spectrum, list);
    if (s == OK)
        s = infinite_row_quadrature(r->plan->entries, r->plan->entry_count, list);
    return s == OK ? infinite_row_simulation(r->plan->entries, r->plan->entry_count, &r->simulation, list) : s;
}

static status keep_matrix(const theory_data *d, const char *path)
{
    npy_output array = {"Hinf", "f8", 2, {d->data.n, d->data.n}, d->Hinf};
    status s = npy_write(path, &array);
    if (s == OK)
        program_say(d->run, "wrote %s", path);
    return s;
}

static status finish(const theory_data *d, infinite_plan *plan, const char *matrix, const sweep_result *swept)
{
    infinite_result r;
    theory_rows rows = {.command = d->run->redo};
    status s = infinite_gather(plan, swept->values, &r);
    if (s == OK)
        s = infinite_entries_integrate(&d->data, plan->entries, plan->entry_count);
    if (s == OK)
        s = infinite_write(d, &r, swept);
    if (s == OK && matrix)
        s = keep_matrix(d, matrix);
    if (s == OK)
        s = judge(d, &r, &rows);
    if (s == OK) {
        say_summary(d, &r.spectrum);
        s = theory_finish(d, &rows);
    }
    theory_rows_free(&rows);
    infinite_result_free(&r);
    return s;
}

static status run(const theory_data *d, settings *o)
{
    char text[2048];
    infinite_plan plan;
    sweep_options how = program_sweep_options(d->run);
    sweep_result swept = {0};
    status s = infinite_plan_new(d, o->entries, o->widths.values, o->widths.count, o->networks, &plan);
    if (s != OK)
        return s;
    infinite_describe(&plan, text, sizeof text);
    sweep work = infinite_sweep(&plan, text);
    s = sweep_run(&work, &how, &swept);
    if (s == OK && how.predict)
        printf("%.3g\n", swept.predicted);
    if (s == OK && swept.complete)
        s = finish(d, &plan, o->matrix, &swept);
    sweep_result_free(&swept);
    infinite_plan_free(&plan);
    return s;
}

int main(int argc, char **argv)
{
    settings o = {.entries = 2000, .networks = 10, .widths = {{256, 1024, 4096, 16384}, 4}};
    program_options run_options;
    const struct argp own = {options, parse, NULL, NULL, NULL, NULL, NULL};
    status s =
        program_parse(argc, argv, "Theorem 1: the infinite-width kernel Hinf of the data and its smallest eigenvalue",
                      &own, &o, &run_options);
    theory_data d = {0};
    if (s == OK && o.matrix)
        s = program_writes(&run_options, "matrix", o.matrix);
    if (s == OK)
        s = theory_open(&run_options, 0, 0, &d);
    if (s == OK) {
        qsort(o.widths.values, o.widths.count, sizeof *o.widths.values, ascending);
        s = run(&d, &o);
    }
    theory_close(&d);
    return program_exit(&run_options, s);
}
