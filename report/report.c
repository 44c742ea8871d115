/* report: one page for a reviewer, in Markdown, from the result files alone: what the paper claims,
 * what this run saw, how sure, and how to redo each line.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/document.h"
#include "io/file.h"
#include "cli/option_table.h"
#include "cli/program.h"

enum { LONGEST_GLOSSARY = 1 << 20 };

typedef struct {
    const char *results, *plots, *make, *glossary;
} report_settings;

static const option_row rows[] = {
    {"results", OPTION_PATH, offsetof(report_settings, results), .help = "folder of the tables"},
    {"plots", OPTION_PATH, offsetof(report_settings, plots),
     .help = "folder of the pictures as the report's place sees it"},
    {"make", OPTION_PATH, offsetof(report_settings, make),
     .help = "settings of make that these results are of, such as PROFILE=quick"},
    {"glossary", OPTION_PATH, offsetof(report_settings, glossary),
     .help = "words that get a footnote; without the file none do"},
    {NULL}};

/* Where a word of the shell ends: one of plain letters and of any letters in single quotes, as
 * option_quote writes it. */
static const char *word_end(const char *written) {
    while (*written && !strchr(" `\"$&;|<>()\n\t", *written)) {
        const char *closing = *written == '\'' ? strchr(written + 1, '\'') : NULL;
        if (*written == '\'' && !closing) { return written; }
        written = closing ? closing + 1 : written + 1 + (written[0] == '\\' && written[1] == '\'');
    }
    return written;
}

/* NAME=VALUE, one or more, a blank between them, as a shell takes them; or nothing. */
static status check_make(const char *make) {
    for (const char *word = make; *word;) {
        const char *value = word + strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        const char *end = *value == '=' ? word_end(value + 1) : value;
        bool more = *end == ' ' && end[1];
        if (value == word || end <= value + 1 || (*end && !more)) {
            return fail(BAD_INPUT,
                        "--make: '%.60s' is not NAME=VALUE; give settings of make such as "
                        "PROFILE=quick",
                        make);
        }
        word = end + more;
    }
    return OK;
}

static status read_rows(const char *folder, const char *name, statement_row **list, size_t *count) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.dat", folder, name);
    return access(path, F_OK) == 0 ? verdict_read(path, list, count) : OK;
}

/* Data of the user's own: what the theory says of them comes first. */
static bool own_data(const document *d) { return strstr(d->make, "DATA=") != NULL; }

static status write_report(document *d, const char *path) {
    text_add(&d->out, "---\ntitle: Training with randomly masked neurons, reproduced and checked\n"
                      "subtitle: \"F. Liao, A. Kyrillidis, *On the Convergence of Shallow Neural "
                      "Network Training with Randomly Masked Neurons*, TMLR 2022, arXiv "
                      "2112.02668\"\nlang: en\n---\n\n");
    chapter_paper(d);
    if (own_data(d)) { chapter_advise(d); }
    chapter_settings(d);
    chapter_unheld(d);
    chapter_figure2(d);
    chapter_released(d);
    chapter_masks(d);
    chapter_statements(d);
    chapter_artifact(d);
    if (!own_data(d)) { chapter_advise(d); }
    chapter_provenance(d);
    chapter_terms(d);
    const char *bytes = text_bytes(&d->out);
    if (!bytes || d->strings.failed) { return FAILED; }
    return file_write_whole(path, bytes, d->out.used);
}

/* A report without the glossary has no footnotes. */
static status read_glossary(const char *path, document *d) {
    size_t size;
    return access(path, F_OK) == 0 ? file_read_whole(path, LONGEST_GLOSSARY, &d->glossary, &size)
                                   : OK;
}

static status make_report(document *d, const program_options *options) {
    status st = check_make(d->make);
    if (st == OK) { st = read_rows(d->results, "claims", &d->claims, &d->claim_count); }
    if (st == OK) { st = read_rows(d->results, "statements", &d->statements, &d->statement_count); }
    if (st == OK && d->claim_count + d->statement_count == 0) {
        st = fail(BAD_INPUT,
                  "%s: has neither claims.dat nor statements.dat; run make claims or make theory "
                  "first",
                  d->results);
    }
    if (st == OK) { st = write_report(d, options->out); }
    if (st == OK) { program_say(options, "wrote %s", options->out); }
    return st;
}

int main(int argc, char **argv) {
    const program_about about = {.sentence =
                                     "Writes the report of a folder of results as Markdown."};
    report_settings o = {"results", "../plots", "", "doc/glossary.md"};
    program_options options = {.name = argv[0]};
    document d = {.claims = NULL};
    status st = option_table_parse(argc, argv, &about, rows, &o, &options);
    d.results = o.results;
    d.plots = o.plots;
    d.make = o.make;
    if (st == OK) { st = read_glossary(o.glossary, &d); }
    if (st == OK) { st = make_report(&d, &options); }
    free(d.claims);
    free(d.statements);
    document_free(&d);
    return program_exit(&options, st);
}
