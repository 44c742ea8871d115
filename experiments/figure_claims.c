/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/figure_claims.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "experiments/run_lines.h"
#include "stats/stats.h"
#include "study/study.h"

static const run_table *table_of(const study_run *r, int which) {
    return &((const figure_tables *)r->context)->tables[which];
}

double figure_level(const study_run *r) {
    size_t rows = ((const figure_tables *)r->context)->rows;
    return (1 - FIGURE_CONFIDENCE) / (double)(rows > 0 ? rows : 1);
}

/* Adds what tells this row from others of its claim. */
__attribute__((format(printf, 2, 3))) static void add_label(evidence *e, const char *format, ...) {
    size_t used = strlen(e->row.statement);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(e->row.statement + used, sizeof e->row.statement - used, format, arguments);
    va_end(arguments);
}

status figure_tell_missing(const run_table *t, evidence *e) {
    claim_check_only_if(e, false);
    claim_supposes(e, true, "runs in %s: none are there", t->path);
    return OK;
}

/* --- Figure 2a --- */

/* Rounds by what is known of the sign of their mean. */
typedef struct {
    size_t certain;     /* the interval lies wholly on the claimed side */
    size_t likely;      /* only the mean does */
    size_t wrong;       /* the mean does not */
    size_t contrary;    /* of the wrong ones: the interval lies wholly on the other side */
    size_t unknown;     /* a run diverged */
    size_t pairs, held; /* (repetition, round): all, and those with the sign */
} sign_count;

/* A line of rounds, judged at this level together; every value is claimed to be positive. */
static sign_count count_signs(const trend_stratum *line, double level) {
    sign_count count = {0};
    double confidence = 1 - level / (double)line->groups;
    const double *x = line->x;
    for (size_t round = 0; round < line->groups; x += line->sizes[round], round++) {
        size_t size = line->sizes[round];
        double mean = stats_summarise(x, size).mean;
        stats_interval interval = stats_mean_interval(x, size, confidence); /* NaN of a single x */
        count.certain += interval.low > 0;
        count.likely += mean > 0 && !(interval.low > 0);
        count.wrong += mean <= 0;
        count.contrary += interval.high <= 0;
        count.unknown += isnan(mean);
        count.pairs += size;
        for (size_t i = 0; i < size; i++) { count.held += x[i] > 0; }
    }
    return count;
}

static void judge_signs(const sign_count *c, evidence *e) {
    claim_says(e,
               "%s: certain in %zu of %zu rounds, on the mean only in %zu, wrong in %zu "
               "(certainly in %zu)",
               e->claim->says, c->certain, c->certain + c->likely + c->wrong + c->unknown,
               c->likely, c->wrong, c->contrary);
    claim_saw(e, 1, (double)c->held / (double)c->pairs, (double)c->pairs);
    e->row.limit = stats_clopper_pearson_lower(c->held, c->pairs, FIGURE_CONFIDENCE);
    claim_refute_unless(e, c->contrary == 0);
    claim_check_only_if(e, c->contrary > 0 || (c->certain > 0 && c->unknown == 0));
    if (c->unknown > 0) {
        claim_supposes(e, true, "no run diverges: not met, rounds concerned: %zu", c->unknown);
    } else if (c->certain + c->contrary == 0) {
        claim_supposes(e, true, "more repetitions: no round's sign is certain at this number");
    }
}

static status observe_movement(const study_run *r, evidence *e);

static const claim movements[] = {
    {"Figure 2a jump", "figure-2a", PAPER, TEST_CONDITIONS,
     "error rises when masks are drawn in every round", observe_movement},
    {"Figure 2a descent", "figure-2a", PAPER, TEST_CONDITIONS,
     "error falls along local steps in every round", observe_movement},
    {"Figure 2a drop", "figure-2a", PAPER, TEST_CONDITIONS,
     "error falls at aggregation in every round", observe_movement}};

static status observe_movement(const study_run *r, evidence *e) {
    static const char *const columns[] = {"jump", "descent", "drop"};
    const run_table *t = table_of(r, FIGURE_LOSS);
    ptrdiff_t movement = e->claim - movements;
    run_axes axes = {"xi", "round", columns[movement], NULL};
    run_map map;
    status st = run_map_build(t, &axes, &e->work, &map);
    if (st != OK) { return st; }
    if (map.lines == 0) { return figure_tell_missing(t, e); }
    for (size_t i = 0; movement > 0 && i < map.count; i++) { map.values[i] = -map.values[i]; }
    sign_count count = count_signs(&map.line[e->which], figure_level(r));
    add_label(e, " xi=%g", map.fixed[e->which]);
    judge_signs(&count, e);
    return OK;
}

/* A row for each xi, one without runs. */
static size_t loss_cases(const study_run *r) {
    size_t lines =
        run_map_lines(table_of(r, FIGURE_LOSS), &(run_axes){"xi", "round", "jump", NULL});
    return lines ? lines : 1;
}

const claim_group figure_a_claims[] = {
    {.source = __FILE__, .claims = &movements[0], .count = 1, .cases = loss_cases},
    {.source = __FILE__, .claims = &movements[1], .count = 1, .cases = loss_cases},
    {.source = __FILE__, .claims = &movements[2], .count = 1, .cases = loss_cases},
    {NULL}};

/* --- Figures 2b to 2d: trends --- */

void figure_tell_left_out(run_count count, evidence *e) {
    size_t used = strlen(e->row.says);
    if (count.diverged > 0) {
        snprintf(e->row.says + used, sizeof e->row.says - used,
                 "; diverged runs left out: %zu (cells: %zu)", count.diverged,
                 count.diverged_cells);
    }
    if (count.diverged == count.runs) {
        claim_supposes(e, true, "runs that do not diverge: all %zu did, at this learning rate",
                       count.runs);
    }
    if (count.capped > 0) {
        claim_supposes(e, true,
                       "every run ends at its level: %zu of %zu were stopped before, at --rounds",
                       count.capped, count.runs);
    }
}

status figure_judge_lines(const run_map *map, double level, evidence *e) {
    line_verdicts lines;
    status st = line_verdicts_of(map, level, &e->work, &lines);
    if (st != OK) { return st; }
    run_count count = run_map_count(map, 0, map->lines);
    claim_saw(e, 0, lines.least.effect, (double)(count.runs - count.diverged));
    e->row.limit = lines.least.p_falls;
    claim_refute_unless(e, lines.rising == 0);
    claim_check_only_if(e, lines.rising > 0 ||
                               (lines.compared > 0 && lines.falling == lines.compared));
    claim_says(e, "%s: of %zu lines %zu fall, %zu rise", e->claim->says, lines.compared,
               lines.falling, lines.rising);
    if (lines.compared > lines.falling) {
        claim_says(e, "%s: of %zu lines %zu fall, %zu rise; least at %g", e->claim->says,
                   lines.compared, lines.falling, lines.rising, map->fixed[lines.least_line]);
    }
    figure_tell_left_out(count, e);
    return OK;
}

/* A table of one --unselected is not judged as one of the other. */
static status check_rule(const run_table *t, const char *rule) {
    char noted[64];
    if (t->data.columns == 0 ||
        !(table_note_of(&t->data, "--unselected", noted, sizeof noted) ||
          table_note_of(&t->data, "unselected", noted, sizeof noted)) ||
        strncmp(noted, rule, strlen(rule)) == 0) {
        return OK;
    }
    return fail(BAD_INPUT,
                "%s: these runs are of --unselected %.*s, not %s; give the other heat map", t->path,
                (int)strcspn(noted, " "), noted, rule);
}

static status observe_heatmap(const study_run *r, const run_axes *axes, evidence *e) {
    const run_table *t = table_of(r, e->which ? FIGURE_HEATMAP_ZERO : FIGURE_HEATMAP);
    const char *rule = e->which ? "zero" : "keep";
    run_map map;
    status st = check_rule(t, rule);
    if (st == OK) { st = run_map_build(t, axes, &e->work, &map); }
    if (st != OK) { return st; }
    add_label(e, " (%s)", rule);
    return map.lines == 0 ? figure_tell_missing(t, e)
                          : figure_judge_lines(&map, figure_level(r), e);
}

static status observe_along_xi(const study_run *r, evidence *e) {
    return observe_heatmap(r, &(run_axes){"subnets", "xi", "level", "state"}, e);
}

static status observe_along_p(const study_run *r, evidence *e) {
    return observe_heatmap(r, &(run_axes){"xi", "subnets", "level", "state"}, e);
}

static size_t heatmap_cases(const study_run *r) {
    (void)r;
    return 2; /* keep, zero */
}

static const claim heatmap[] = {{"Figure 2b along xi", "figure-2b", PAPER, TEST_CONDITIONS,
                                 "error falls with xi at fixed p", observe_along_xi},
                                {"Figure 2b along p", "figure-2b", PAPER, TEST_CONDITIONS,
                                 "error falls with p at fixed xi", observe_along_p}};

const claim_group figure_b_claims[] = {{CLAIMS(heatmap), .cases = heatmap_cases}, {NULL}};

static const run_axes width_axes = {"xi", "width", "level", "state"};

/* A row for each xi, one without runs. */
static size_t width_cases(const study_run *r) {
    size_t lines = run_map_lines(table_of(r, FIGURE_WIDTH), &width_axes);
    return lines ? lines : 1;
}

/* A curve that falls and then rises refutes, wherever the grid begins: judged by shape. */
static status observe_width(const study_run *r, evidence *e) {
    const run_table *t = table_of(r, FIGURE_WIDTH);
    run_map map;
    status st = run_map_build(t, &width_axes, &e->work, &map);
    if (st != OK) { return st; }
    if (map.lines == 0) { return figure_tell_missing(t, e); }
    line_shape shape;
    st = line_shape_of(&map, e->which, figure_level(r), &e->work, &shape);
    if (st != OK) { return st; }
    run_count count = run_map_count(&map, e->which, 1);
    add_label(e, " xi=%g", map.fixed[e->which]);
    claim_saw(e, 0, shape.whole.effect, (double)(count.runs - count.diverged));
    e->row.limit = shape.whole.p_falls;
    claim_refute_unless(e, !shape.rises);
    claim_check_only_if(e, shape.rises || shape.whole.p_falls <= figure_level(r));
    claim_says(e, "%s: %s; %.3g at m = %g, least %.3g at %g, %.3g at %g", e->claim->says,
               line_shape_words(&shape), shape.first_mean, shape.first, shape.least_mean,
               shape.least, shape.last_mean, shape.last);
    figure_tell_left_out(count, e);
    return OK;
}

static const claim width_by_xi[] = {{"Figure 2c along m", "figure-2c", PAPER, TEST_CONDITIONS,
                                     "error falls with m", observe_width}};

const claim_group figure_c_claims[] = {{CLAIMS(width_by_xi), .cases = width_cases}, {NULL}};

/* The readings of the lost formula of Figure 2d, each a column. */
static const char *const readings[] = {"relative", "absolute"};
enum { READINGS = 2 };

static size_t step_cases(const study_run *r) {
    (void)r;
    return READINGS * FIGURE_STEPS;
}

static status observe_step(const study_run *r, evidence *e) {
    const run_table *t = table_of(r, FIGURE_SUBNET);
    const char *reading = readings[e->which / FIGURE_STEPS];
    size_t step = e->which % FIGURE_STEPS + 1, line = 0;
    run_map map;
    status st = run_map_build(t, &(run_axes){"step", "subnets", reading, NULL}, &e->work, &map);
    if (st != OK) { return st; }
    while (line < map.lines && map.fixed[line] != (double)step) { line++; }
    add_label(e, " %zu, %s", step, reading);
    claim_says(e, "%s improvement falls with p", reading);
    if (line == map.lines) { return figure_tell_missing(t, e); }
    trend_result trend = trend_jonckheere(map.line + line, 1);
    run_count count = run_map_count(&map, line, 1);
    claim_saw(e, 0, trend.effect, (double)(count.runs - count.diverged));
    e->row.limit = e->p_claimed = trend.p_falls;
    e->p_opposite = trend.p_rises;
    e->confidence = 1 - figure_level(r);
    claim_check_only_if(e, !isnan(trend.p_falls)); /* all tied, or nothing to compare */
    figure_tell_left_out(count, e);
    return OK;
}

static const claim steps[] = {{"Figure 2d step", "figure-2d", PAPER, TEST_TREND, "", observe_step}};

const claim_group figure_d_claims[] = {{CLAIMS(steps), .cases = step_cases}, {NULL}};

/* --- all of them --- */

const claim_group *const figure_panels[FIGURE_PANELS] = {figure_a_claims,   figure_b_claims,
                                                         figure_c_claims,   figure_d_claims,
                                                         figure_why_claims, figure_held_claims};

size_t figure_rows(const study_run *r) {
    size_t rows = 0;
    for (size_t k = 0; k < FIGURE_PANELS; k++) {
        for (const claim_group *g = figure_panels[k]; g->claims; g++) {
            rows += g->count * g->cases(r);
        }
    }
    return rows;
}
