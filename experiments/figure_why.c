/* Why the error rises with the width in Figure 2c: controls that take one cause away each.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "experiments/figure_claims.h"
#include "experiments/run_lines.h"
#include "stats/twosample.h"

/* In the order of the tables from FIGURE_CONTROLS on. */
static const struct {
    const char *name, *says;
} controls[] = {{"same rounds", "all widths after the same rounds"},
                {"lr W/m", "lr W/m in place of lr"},
                {"theory scaling", "theory scaling, eta and kappa the same for all m"}};
enum { CONTROLS = sizeof controls / sizeof *controls };

static const run_axes axes = {"xi", "width", "level", "state"};

/* The figure's line at the xi of the control's first one, and that one. */
typedef struct {
    run_map figure, control;
    size_t line;      /* of the figure */
    line_shape shape; /* of it */
} comparison;

static status compare(const study_run *r, size_t which, evidence *e, comparison *c) {
    const run_table *tables = ((const figure_tables *)r->context)->tables;
    line_shape none = {.rises = false};
    *c = (comparison){.shape = none};
    status st = run_map_build(&tables[FIGURE_WIDTH], &axes, &e->work, &c->figure);
    if (st == OK) {
        st = run_map_build(&tables[FIGURE_CONTROLS + which], &axes, &e->work, &c->control);
    }
    if (st != OK || c->control.lines == 0) { return st; }
    while (c->line < c->figure.lines && c->figure.fixed[c->line] != c->control.fixed[0]) {
        c->line++;
    }
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
    status st = compare(r, e->which, e, &c);
    if (st != OK) { return st; }
    snprintf(e->row.statement, sizeof e->row.statement, "%s %s", e->claim->label,
             controls[e->which].name);
    bool there = c.control.lines > 0 && c.line < c.figure.lines;
    claim_check_only_if(e, there);
    claim_says(e, "%s: the rise of Figure 2c is smaller", controls[e->which].says);
    if (!there) {
        claim_supposes(e, true, "runs of the figure and of the control at one xi: none are there");
        return OK;
    }
    twosample rises[2] = {rise_of(&c.figure, c.line, &c.shape, e),
                          rise_of(&c.control, 0, &c.shape, e)};
    double figure = exp(rises[0].difference), control = exp(rises[1].difference);
    rises[0].difference = -rises[0].difference;
    double smaller = twosample_p_below(twosample_pool(rises, 2));
    claim_saw(e, figure, control, (double)(c.control.count + c.figure.count));
    e->row.limit = smaller;
    claim_refute_unless(e, !(1 - smaller <= figure_level(r)));
    claim_check_only_if(e, smaller <= figure_level(r) || 1 - smaller <= figure_level(r));
    claim_says(e, "%s: the rise of Figure 2c at xi=%g from m=%g to %g, by a factor %.3g, is %.3g",
               controls[e->which].says, c.control.fixed[0], c.shape.least, c.shape.last, figure,
               control);
    claim_supposes(e, c.shape.rises, "the error of Figure 2c rises at xi=%g: %s",
                   c.control.fixed[0], c.shape.rises ? "met" : "not met");
    return OK;
}

static size_t control_cases(const study_run *r) {
    (void)r;
    return CONTROLS;
}

static const claim why[] = {
    {"Figure 2c control,", "figure-2c-why", DERIVED, TEST_CONDITIONS, "", smaller_rise}};

const claim_group figure_why_claims[] = {{CLAIMS(why), .cases = control_cases}, {NULL}};
