/* report: one page for a reviewer, in Markdown, from the result files alone: what the paper claims, what this run saw, how sure, and
 * how to redo each line. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/document.h"
#include "run/options.h"
#include "run/program.h"

typedef struct { const char *results, *plots, *make; } report_settings;

enum { KEY_RESULTS = PROGRAM_OWN_KEY, KEY_PLOTS, KEY_MAKE };

static const struct argp_option own_options[] = {
    {"results", KEY_RESULTS, "DIR", 0, "folder of the tables (default results)", 1},
    {"plots", KEY_PLOTS, "DIR", 0, "folder of the pictures as the report's place sees it (default ../plots)", 1},
    {"make", KEY_MAKE, "SETTINGS", 0, "settings of make that these results are of, such as PROFILE=quick", 1},
    {0}};

/* Where a word of the shell ends: one of plain letters and of any letters in single quotes, as option_quote writes it. */
static const char *word_end(const char *text)
{
    while (*text && !strchr(" `\"$&;|<>()\n\t", *text)) {
        const char *closing = *text == '\'' ? strchr(text + 1, '\'') : NULL;
        if (*text == '\'' && !closing)
            return text;
        text = closing ? closing + 1 : text + 1 + (text[0] == '\\' && text[1] == '\'');
    }
    return text;
}

/* NAME=VALUE, one or more, a blank between them, as a shell takes them. */
static status take_make(const char *text, const char **make)
{
    for (const char *word = text;; word++) {
        const char *value = word + strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        const char *end = *value == '=' ? word_end(value + 1) : value;
        if (value == word || end <= value + 1 || (*end && *end != ' '))
            return fail(BAD_INPUT, "--make: '%.60s' is not NAME=VALUE; give settings of make such as PROFILE=quick", text);
        word = end;
        if (!*word)
            break;
    }
    *make = text;
    return OK;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    report_settings *s = state->input;
    if (key == KEY_RESULTS)
        return option_path("results", text, &s->results) == OK ? 0 : EINVAL;
    if (key == KEY_PLOTS)
        return option_path("plots", text, &s->plots) == OK ? 0 : EINVAL;
    if (key == KEY_MAKE)
        return take_make(text, &s->make) == OK ? 0 : EINVAL;
    return ARGP_ERR_UNKNOWN;
}

static status read_rows(const char *folder, const char *name, statement_row **rows, size_t *count)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.dat", folder, name);
    return access(path, F_OK) == 0 ? verdict_read(path, rows, count) : OK;
}

static void write_chapters(const document *d)
{
    fputs("---\ntitle: Masked NTK, report\nlang: en\n---\n\n", d->out);
    chapter_summary(d);
    chapter_figure2(d);
    chapter_released(d);
    chapter_statements(d);
    chapter_unchecked(d);
    chapter_provenance(d);
}

/* Written whole to a temporary name, then renamed. */
static status write_report(document *d, const char *path)
{
    char temporary[PATH_MAX];
    snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
    d->out = fopen(temporary, "w");
    if (!d->out)
        return fail(FAILED, "%s: cannot be written; choose another place with --out", path);
    write_chapters(d);
    int broken = ferror(d->out);
    if (fclose(d->out) == 0 && !broken && rename(temporary, path) == 0)
        return OK;
    unlink(temporary);
    return fail(FAILED, "%s: cannot be written; look at the disk's free space", path);
}

int main(int argc, char **argv)
{
    report_settings settings = {"results", "../plots", ""};
    const struct argp own = {own_options, parse, NULL, NULL, NULL, NULL, NULL};
    program_options options;
    document d = {.out = NULL};
    status s = program_parse(argc, argv, "Writes the report of a folder of results as Markdown.", &own, &settings, &options);
    d.results = settings.results;
    d.plots = settings.plots;
    d.make = settings.make;
    if (s == OK)
        s = read_rows(d.results, "claims", &d.claims, &d.claim_count);
    if (s == OK)
        s = read_rows(d.results, "statements", &d.statements, &d.statement_count);
    if (s == OK && d.claim_count + d.statement_count == 0)
        s = fail(BAD_INPUT, "%s: has neither claims.dat nor statements.dat; run make claims or make theory first", d.results);
    if (s == OK)
        s = write_report(&d, options.out);
    if (s == OK)
        program_say(&options, "wrote %s", options.out);
    free(d.claims);
    free(d.statements);
    return program_exit(&options, s);
}
