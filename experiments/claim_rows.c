#include "experiments/claim_rows.h"

#include "run/stats.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where rows go and what they have in common. */
typedef struct {
    const claim_table *table;
    const char *command;
    claim_list *list;
} claim_panel;

/* A new row of the list, not checked, without numbers, named by the format; NULL without memory. */
__attribute__((format(printf, 2, 3))) static statement_row *add_row(const claim_panel *panel, const char *format, ...)
{
    claim_list *list = panel->list;
    statement_row *grown = realloc(list->rows, (list->count + 1) * sizeof *grown);
    if (!grown) {
        fail(FAILED, "no memory for %zu rows", list->count + 1);
        return NULL;
    }
    list->rows = grown;
    statement_row *row = &grown[list->count++];
    *row = (statement_row){.kind = PAPER, .verdict = NOT_CHECKED};
    row->bound = row->observed = row->slack = row->limit = NAN;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->statement, sizeof row->statement, format, arguments);
    va_end(arguments);
    snprintf(row->command, sizeof row->command, "%s", panel->command);
    return row;
}

/* The row of a claim that has no runs to be judged by. */
static status tell_missing(const claim_panel *panel, statement_row *row, const char *says)
{
    if (!row)
        return FAILED;
    snprintf(row->says, sizeof row->says, "%s", says);
    snprintf(row->hypotheses, sizeof row->hypotheses, "runs in %s: none are there", panel->table->path);
    return OK;
}

/* --- Figure 2a --- */

typedef struct {
    const char *column;
    const char *says;
    double sign;
} movement;

static const movement MOVEMENTS[] = {
    {"jump", "error rises when masks are drawn in every round", 1},
    {"descent", "error falls along local steps in every round", -1},
    {"drop", "error falls at aggregation in every round", -1},
};

/* Rounds by what is known of the sign of their mean. */
typedef struct {
    size_t certain;   /* the interval lies wholly on the claimed side */
    size_t likely;    /* only the mean does */
    size_t wrong;     /* the mean does not */
    size_t contrary;  /* of the wrong ones: the interval lies wholly on the other side */
    size_t unknown;   /* a run diverged */
    size_t pairs, held; /* (repetition, round): all, and those with the sign */
} sign_count;

/* A line of rounds; every value is claimed to be positive. */
static sign_count count_signs(const trend_stratum *line)
{
    sign_count count = {0};
    double confidence = 1 - (1 - CLAIM_CONFIDENCE) / (double)line->groups;
    const double *x = line->x;
    for (size_t round = 0; round < line->groups; x += line->sizes[round], round++) {
        size_t size = line->sizes[round];
        double mean = stats_summarise(x, size).mean;
        stats_interval interval = stats_mean_interval(x, size, confidence); /* NaN of a single repetition */
        count.certain += interval.low > 0;
        count.likely += mean > 0 && !(interval.low > 0);
        count.wrong += mean <= 0;
        count.contrary += interval.high <= 0;
        count.unknown += isnan(mean);
        count.pairs += size;
        for (size_t i = 0; i < size; i++)
            count.held += x[i] > 0;
    }
    return count;
}

static status judge_signs(const sign_count *c, const char *says, statement_row *row)
{
    if (!row)
        return FAILED;
    snprintf(row->says, sizeof row->says,
             "%s: certain in %zu of %zu rounds, on the mean only in %zu, wrong in %zu (certainly in %zu)", says,
             c->certain, c->certain + c->likely + c->wrong + c->unknown, c->likely, c->wrong, c->contrary);
    row->bound = 1;
    row->observed = (double)c->held / (double)c->pairs;
    row->trials = c->pairs;
    row->limit = stats_clopper_pearson_lower(c->held, c->pairs, CLAIM_CONFIDENCE);
    if (c->contrary > 0)
        row->verdict = STATEMENT_REFUTED;
    else if (c->certain > 0 && c->unknown == 0)
        row->verdict = NOT_REFUTED;
    const size_t room = sizeof row->hypotheses;
    if (c->unknown > 0)
        snprintf(row->hypotheses, room, "no run diverges: not met, rounds concerned: %zu", c->unknown);
    else if (c->certain + c->contrary == 0)
        snprintf(row->hypotheses, room, "more repetitions: no round's sign is certain at this number");
    return OK;
}

static status claim_movement(const claim_panel *panel, const movement *m)
{
    claim_map map;
    claim_axes axes = {.fixed = "xi", .along = "round", .value = m->column};
    status s = claim_map_build(panel->table, &axes, &map);
    if (s == OK && map.lines == 0)
        s = tell_missing(panel, add_row(panel, "Figure 2a %s", m->column), m->says);
    for (size_t i = 0; i < map.count; i++)
        map.values[i] *= m->sign;
    for (size_t l = 0; l < map.lines && s == OK; l++) {
        sign_count count = count_signs(&map.line[l]);
        s = judge_signs(&count, m->says, add_row(panel, "Figure 2a %s xi=%g", m->column, map.fixed[l]));
    }
    claim_map_free(&map);
    return s;
}

status claim_loss(const claim_table *t, const char *command, claim_list *list)
{
    claim_panel panel = {t, command, list};
    status s = OK;
    for (size_t i = 0; i < sizeof MOVEMENTS / sizeof *MOVEMENTS && s == OK; i++)
        s = claim_movement(&panel, &MOVEMENTS[i]);
    return s;
}

/* --- Figures 2b to 2d: trends --- */

/* Judges whether values fall along lines first .. first + lines - 1. */
static status judge_trend(const claim_map *map, size_t first, size_t lines, const char *says, statement_row *row)
{
    if (!row)
        return FAILED;
    trend_result trend = trend_jonckheere(map->line + first, lines);
    claim_count count = claim_map_count(map, first, lines);
    bool falls = trend.effect < 0 && trend.p_falls < CLAIM_LEVEL;
    bool rises = trend.effect > 0 && trend.p_rises < CLAIM_LEVEL;
    row->bound = 0;
    row->observed = trend.effect;
    row->trials = count.runs - count.diverged;
    row->limit = trend.p_falls;
    if (falls || rises)
        row->verdict = falls ? NOT_REFUTED : STATEMENT_REFUTED;
    char diverged[64] = "", unseen[64] = "";
    if (count.diverged > 0)
        snprintf(diverged, sizeof diverged, "; diverged runs left out: %zu (cells: %zu)", count.diverged,
                 count.diverged_cells);
    if (!falls && !rises)
        snprintf(unseen, sizeof unseen, "; %s", trend.pairs > 0 ? "no trend visible at this number of repetitions"
                                                                : "fewer than two cells to compare");
    snprintf(row->says, sizeof row->says, "%.40s: nonincreasing on %zu of %zu lines%s%s", says, count.falling,
             count.compared, diverged, unseen);
    if (count.capped > 0)
        snprintf(row->hypotheses, sizeof row->hypotheses,
                 "every run ends at its level: %zu of %zu were stopped before, at --rounds", count.capped, count.runs);
    return OK;
}

/* A table of one --unselected is not judged as one of the other. */
static status check_rule(const claim_table *t, const char *rule)
{
    char noted[64];
    if (t->data.columns == 0 || !(table_note_of(&t->data, "--unselected", noted, sizeof noted) ||
                                  table_note_of(&t->data, "unselected", noted, sizeof noted)) ||
        strncmp(noted, rule, strlen(rule)) == 0)
        return OK;
    return fail(BAD_INPUT, "%s: these runs are of --unselected %.*s, not %s; give the other heat map", t->path,
                (int)strcspn(noted, " "), noted, rule);
}

/* Over the whole map, all lines together: one row. */
static status claim_whole(const claim_panel *panel, const claim_axes *axes, const char *statement, const char *says)
{
    claim_map map;
    status s = claim_map_build(panel->table, axes, &map);
    if (s != OK)
        return s;
    statement_row *row = add_row(panel, "%s", statement);
    s = map.lines ? judge_trend(&map, 0, map.lines, says, row) : tell_missing(panel, row, says);
    claim_map_free(&map);
    return s;
}

status claim_heatmap(const claim_table *t, const char *rule, const char *command, claim_list *list)
{
    static const struct { const char *along, *fixed, *name, *says; } trends[] = {
        {"xi", "subnets", "xi", "error falls with xi at fixed p"},
        {"subnets", "xi", "p", "error falls with p at fixed xi"},
    };
    claim_panel panel = {t, command, list};
    status s = check_rule(t, rule);
    for (size_t i = 0; i < sizeof trends / sizeof *trends && s == OK; i++) {
        claim_axes axes = {trends[i].fixed, trends[i].along, "level", "state"};
        char statement[64];
        snprintf(statement, sizeof statement, "Figure 2b along %s (%s)", trends[i].name, rule);
        s = claim_whole(&panel, &axes, statement, trends[i].says);
    }
    return s;
}

status claim_width(const claim_table *t, const char *command, claim_list *list)
{
    static const char says[] = "error falls with m";
    claim_panel panel = {t, command, list};
    claim_axes axes = {"xi", "width", "level", "state"};
    claim_map map;
    status s = claim_map_build(t, &axes, &map);
    for (size_t l = 0; l < map.lines && s == OK; l++)
        s = judge_trend(&map, l, 1, says, add_row(&panel, "Figure 2c along m xi=%g", map.fixed[l]));
    claim_map_free(&map);
    return s == OK ? claim_whole(&panel, &axes, "Figure 2c along m, all xi", "error falls with m at fixed xi") : s;
}

status claim_subnet(const claim_table *t, const char *command, claim_list *list)
{
    static const char says[] = "relative improvement falls with p";
    claim_panel panel = {t, command, list};
    claim_axes axes = {"step", "subnets", "relative", NULL};
    claim_map map;
    status s = claim_map_build(t, &axes, &map);
    for (int step = 1; step <= CLAIM_STEPS && s == OK; step++) {
        size_t line = 0;
        while (line < map.lines && map.fixed[line] != step)
            line++;
        statement_row *row = add_row(&panel, "Figure 2d step %d", step);
        s = line < map.lines ? judge_trend(&map, line, 1, says, row) : tell_missing(&panel, row, says);
    }
    claim_map_free(&map);
    return s;
}
