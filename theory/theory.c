#include "theory/theory.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/machine.h"

statement_row *theory_row(theory_rows *list, const char *statement, statement_kind kind, const char *says)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 16;
        statement_row *rows = realloc(list->rows, capacity * sizeof *rows);
        if (!rows) {
            fail(FAILED, "no memory for %zu statement rows", capacity);
            return NULL;
        }
        list->rows = rows;
        list->capacity = capacity;
    }
    statement_row *row = &list->rows[list->count++];
    *row = (statement_row){.kind = kind, .bound = NAN, .observed = NAN, .slack = NAN, .limit = NAN, .verdict = NOT_CHECKED};
    snprintf(row->statement, sizeof row->statement, "%s", statement);
    snprintf(row->says, sizeof row->says, "%s", says);
    snprintf(row->command, sizeof row->command, "%s", list->command ? list->command : "");
    return row;
}

static void fill(statement_row *row, double bound, double observed, size_t trials)
{
    row->bound = bound;
    row->observed = observed;
    row->slack = bound / observed;
    row->trials = trials;
}

void theory_check_at_most(statement_row *row, bool met, double bound, double observed, size_t trials)
{
    fill(row, bound, observed, trials);
    row->verdict = verdict_of(met, observed <= bound);
}

void theory_check_at_least(statement_row *row, bool met, double bound, double observed, size_t trials)
{
    fill(row, bound, observed, trials);
    row->verdict = verdict_of(met, observed >= bound);
}

void theory_rows_free(theory_rows *list)
{
    free(list->rows);
    *list = (theory_rows){0};
}

void theory_note(const theory_data *d, const sweep_result *result, table *t)
{
    program_note(d->run, t);
    table_note(t, "data", "%s", d->data.path);
    table_note(t, "data sha256", "%s", d->data.sha256);
    table_note(t, "data shape", "n=%zu d=%zu, label column %zu", d->data.n, d->data.d, d->label);
    table_note(t, "lambda_min(Hinf)", "%.17g", d->lambda0);
    table_note(t, "lambda_max(Hinf)", "%.17g", d->lambda_max);
    table_note(t, "||G||", "%.17g", d->gram_norm);
    table_note(t, "max_i sum_j |G_ij|", "%.17g", d->row_sum);
    if (result) {
        table_note(t, "fingerprint", "%s", result->fingerprint);
        table_note(t, "units", "%zu computed, %zu read, %zu repaired", result->computed, result->reused, result->repaired);
        table_note(t, "seconds", "%.3g (predicted %.3g)", result->seconds, result->predicted);
    }
    machine_note(t);
}

static void note_rows(table *t, void *context)
{
    theory_note(context, NULL, t);
}

status theory_finish(const theory_data *d, const theory_rows *list)
{
    const char *out = d->run->out;
    char path[PATH_MAX];
    size_t length = strlen(out);
    bool dat = length > 4 && strcmp(out + length - 4, ".dat") == 0;
    snprintf(path, sizeof path, "%.*s.statements.dat", (int)(dat ? length - 4 : length), out);
    status s = verdict_write(list->rows, list->count, path, note_rows, (void *)(uintptr_t)d);
    if (s != OK)
        return s;
    if (!d->run->quiet)
        verdict_print(list->rows, list->count, stderr, isatty(STDERR_FILENO));
    program_say(d->run, "wrote %s", path);
    return verdict_status(list->rows, list->count);
}
