/* Why the error rises with the width in Figure 2c: controls that take one cause away each.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "experiments/figure_claims.h"
#include "experiments/run_lines.h"
#include "stats/twosample.h"

/* Tables of the controls: a claim's subject. */
static const int same_rounds = FIGURE_CONTROLS, rate_over_width = FIGURE_CONTROLS + 1,
                 theory_scaling = FIGURE_CONTROLS + 2;

static const run_axes axes = {"xi", "width", "level", "state"};

static const run_table *tables_of(const study_run *r) {
    return ((const figure_tables *)r->context)->tables;
}

/* The figure's line at the xi of the control's line e->which, and that one. */
typedef struct {
    run_map figure, control;
    size_t line;      /* of the figure */
    line_shape shape; /* of it */
    double xi;
} comparison;

static status compare(const study_run *r, evidence *e, comparison *c) {
    const run_table *tables = tables_of(r), *control = &tables[*(const int *)e->claim->subject];
    line_shape none = {.rises = false};
    *c = (comparison){.shape = none};
    status st = run_map_build(&tables[FIGURE_WIDTH], &axes, &e->work, &c->figure);
    if (st == OK) { st = run_map_build(control, &axes, &e->work, &c->control); }
    if (st != OK || c->control.lines == 0) { return st; }
    c->xi = c->control.fixed[e->which];
    while (c->line < c->figure.lines && c->figure.fixed[c->line] != c->xi) { c->line++; }
    if (c->line == c->figure.lines) { return OK; }
    return line_shape_of(&c->figure, c->line, figure_level(r), &e->work, &c->shape);
}

/* x (runs there) <- log level of the runs of a line at this width; returns their number. */
static size_t log_levels(const run_map *map, size_t line, double width, double *x) {
    const trend_stratum *s = &map->line[line];
    const double *value = s->x, *along = map->along + (s->sizes - map->sizes);
    for (size_t g = 0; g < s->groups; value += s->sizes[g], g++) {
        if (along[g] != width) { continue; }
        for (size_t i = 0; i < s->sizes[g]; i++) { x[i] = log(value[i]); }
        return s->sizes[g];
    }
    return 0;
}

/* By how much the logarithm of the level rises from the figure's least width to the last. */
static twosample rise_of(const run_map *map, size_t line, const line_shape *shape, evidence *e) {
    double *least = claim_array(e, map->count), *last = claim_array(e, map->count);
    if (!least || !last) { return (twosample){NAN, NAN, NAN}; }
    size_t low = log_levels(map, line, shape->least, least);
    size_t high = log_levels(map, line, shape->last, last);
    return twosample_welch(last, high, least, low);
}

static status smaller_rise(const study_run *r, evidence *e) {
    comparison c;
    status st = compare(r, e, &c);
    if (st != OK) { return st; }
    const char *says = e->claim->says;
    bool there = c.control.lines > 0 && c.line < c.figure.lines;
    claim_check_only_if(e, there);
    claim_says(e, "%s: the rise of Figure 2c is smaller", says);
    if (!there) {
        claim_supposes(e, true, "runs of the figure and of the control at one xi: none are there");
        return OK;
    }
    twosample rises[2] = {rise_of(&c.figure, c.line, &c.shape, e),
                          rise_of(&c.control, e->which, &c.shape, e)};
    snprintf(e->row.statement, sizeof e->row.statement, "%s xi=%g", e->claim->label, c.xi);
    double figure = exp(rises[0].difference), control = exp(rises[1].difference);
    rises[0].difference = -rises[0].difference;
    double smaller = twosample_p_below(twosample_pool(rises, 2));
    claim_saw(e, figure, control, (double)(c.control.count + c.figure.count));
    e->row.limit = smaller;
    claim_refute_unless(e, !(1 - smaller <= figure_level(r)));
    claim_check_only_if(e, smaller <= figure_level(r) || 1 - smaller <= figure_level(r));
    claim_says(e, "%s: the rise of Figure 2c at xi=%g from m=%g to %g, by a factor %.3g, is %.3g",
               says, c.xi, c.shape.least, c.shape.last, figure, control);
    claim_supposes(e, c.shape.rises, "the error of Figure 2c rises at xi=%g: %s", c.xi,
                   c.shape.rises ? "met" : "not met");
    return OK;
}

/* A row for each xi of a control, one where its table is not there. */
static size_t cases_of(const study_run *r, int control) {
    size_t lines = run_map_lines(&tables_of(r)[control], &axes);
    return lines ? lines : 1;
}

static size_t rounds_cases(const study_run *r) { return cases_of(r, same_rounds); }
static size_t rate_cases(const study_run *r) { return cases_of(r, rate_over_width); }
static size_t theory_cases(const study_run *r) { return cases_of(r, theory_scaling); }

#define CONTROL(name, what, table)                                                                 \
    {                                                                                              \
        "Figure 2c control, " name, "figure-2c-why", DERIVED, TEST_CONDITIONS, what, smaller_rise, \
            .subject = table                                                                       \
    }

static const claim why[] = {
    CONTROL("same rounds", "all widths after the same rounds", &same_rounds),
    CONTROL("lr W/m", "lr W/m in place of lr", &rate_over_width),
    CONTROL("theory scaling", "theory scaling, eta and kappa the same for all m", &theory_scaling)};

const claim_group figure_why_claims[] = {
    {.source = __FILE__, .claims = &why[0], .count = 1, .cases = rounds_cases},
    {.source = __FILE__, .claims = &why[1], .count = 1, .cases = rate_cases},
    {.source = __FILE__, .claims = &why[2], .count = 1, .cases = theory_cases},
    {NULL}};
