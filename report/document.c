/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/document.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

void document_free(document *d) {
    text_free(&d->out);
    scratch_free(&d->strings);
    free(d->glossary);
    d->glossary = NULL;
    d->term_count = 0;
}

bool document_table(const document *d, const char *name, table_data *t) {
    char path[PATH_MAX];
    *t = (table_data){.rows = 0};
    snprintf(path, sizeof path, "%s/%s.dat", d->results, name);
    return table_read(path, t) == OK;
}

/* Frees a text; the string lives on with the document. */
static const char *keep(document *d, text *t) {
    char *kept = scratch_take(&d->strings, t->used + 1, 1, "text of the report");
    const char *bytes = text_bytes(t);
    if (!bytes) { d->strings.failed = true; }
    if (kept && bytes) { memcpy(kept, bytes, t->used); }
    text_free(t);
    return kept ? kept : "";
}

const char *document_number(document *d, double value) {
    text t = {0};
    if (isnan(value)) { return "-"; }
    text_add(&t, "%.3g", value);
    return keep(d, &t);
}

const char *document_cell(document *d, const char *written) {
    text t = {0};
    for (; *written; written++) {
        text_add(&t, "%s%c", strchr("|*_<>[]`$^~\\", *written) ? "\\" : "",
                 *written == '\n' ? ' ' : *written);
    }
    return keep(d, &t);
}

/* The longest run of backticks. */
static size_t backticks(const char *written) {
    size_t longest = 0;
    for (size_t run = 0; *written; written++) {
        run = *written == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

const char *document_code(document *d, const char *written) {
    text t = {0}, marks = {0}; /* marks longer than any in it */
    size_t inner = backticks(written);
    for (size_t k = 0; k <= inner; k++) { text_add(&marks, "`"); }
    const char *edge = inner ? " " : "";
    const char *mark = text_bytes(&marks);
    text_add(&t, "%s%s%s%s%s", mark ? mark : "", edge, written, edge, mark ? mark : "");
    text_free(&marks);
    return keep(d, &t);
}

const char *document_make(document *d, const char *target) {
    text t = {0};
    text_add(&t, "make %s%s%s", target, *d->make ? " " : "", d->make);
    return document_code(d, keep(d, &t));
}

const char *document_verdict(document *d, verdict v) {
    static const char *const classes[] = {"holds", "refuted", "unmet", "unchecked"};
    text t = {0};
    text_add(&t, "<span class=\"%s\">%s</span>", classes[v], verdict_word(v));
    return keep(d, &t);
}

const char *document_note(document *d, const char *name, const char *key) {
    char written[1024], *end;
    text note = {0};
    table_data t;
    bool there = document_table(d, name, &t) && table_note_of(&t, key, written, sizeof written);
    table_data_free(&t);
    if (!there) { return NULL; }
    const double value = strtod(written, &end);
    const bool number = end > written && (!*end || *end == ',' || *end == ' ');
    if (number) { text_add(&note, "%.4g", value); }
    text_add(&note, "%s", document_cell(d, number ? end : written));
    return keep(d, &note);
}

const char *document_statement(document *d, const statement_row *row) {
    text t = {0};
    const char *name = document_cell(d, row->statement);
    if (!*row->anchor) { return name; }
    text_add(&t, "[%s](mathematics.html#%s)", name, row->anchor);
    return keep(d, &t);
}

bool row_begins(const statement_row *row, const char *key) {
    return strncmp(row->statement, key, strlen(key)) == 0;
}

/* Where the program's name begins in a command, and how long it is. */
static const char *name_in(const char *command, size_t *length) {
    const size_t whole = strcspn(command, " ");
    const char *name = command + whole;
    while (name > command && name[-1] != '/') { name--; }
    *length = (size_t)(command + whole - name);
    return name;
}

bool row_of_program(const statement_row *row, const char *key) {
    size_t length;
    const char *name = name_in(row->command, &length);
    return length == strlen(key) && strncmp(name, key, length) == 0;
}

const char *document_program(document *d, const char *command) {
    text t = {0};
    size_t length;
    const char *name = name_in(command, &length);
    text_add(&t, "%.*s", (int)length, name);
    return keep(d, &t);
}

const char *document_counts(document *d, const statement_row *rows, size_t count,
                            bool (*chosen)(const statement_row *row, const char *key),
                            const char *key) {
    text t = {0};
    for (int v = NOT_REFUTED; v <= NOT_CHECKED; v++) {
        size_t matches = 0;
        for (size_t k = 0; k < count; k++) {
            matches += rows[k].verdict == (verdict)v && (!chosen || chosen(&rows[k], key));
        }
        if (matches) {
            text_add(&t, "%s%zu %s", t.used ? ", " : "", matches, verdict_word((verdict)v));
        }
    }
    return keep(d, &t);
}

/* The address of a file in a folder, as one word. */
static void add_address(text *t, const char *folder, const char *file) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
    for (const char *c = folder; *c; c++) {
        text_add(t, strchr(plain, *c) ? "%c" : "%%%02X", (unsigned char)*c);
    }
    text_add(t, "/%s", file);
}

void document_picture(document *d, const char *figure, const char *alternative,
                      const char *caption) {
    char target[2 * PATH_MAX], word[3 * PATH_MAX] = "", file[NAME_MAX + 1];
    const char *folder = d->plots;
    while (strncmp(folder, "../", 3) == 0) { folder += 3; }
    snprintf(target, sizeof target, "%s/%s.svg", folder, figure);
    option_quote(word, sizeof word, 0, target);
    snprintf(file, sizeof file, "%s.svg", figure);
    text_add(&d->out, "<figure>\n\n![%s](", alternative);
    add_address(&d->out, d->plots, file);
    text_add(&d->out, ")\n\n<figcaption>\n\n%s %s\n\n</figcaption>\n</figure>\n\n", caption,
             document_make(d, word));
}

void document_fold(document *d, const char *title, const char *counts) {
    text_add(&d->out, "<details open>\n<summary>%s%s%s</summary>\n\n", title, counts ? ": " : "",
             counts ? counts : "");
}

void document_unfold(document *d) { text_add(&d->out, "\n</details>\n\n"); }

void document_claims(document *d, const char *panel, const char *observed, const char *limit) {
    document_fold(d, "The claims",
                  document_counts(d, d->claims, d->claim_count, row_begins, panel));
    text_add(&d->out, "| claim | verdict | %s | %s | in words |\n|---|---|---|---|---|\n", observed,
             limit);
    for (size_t k = 0; k < d->claim_count; k++) {
        const statement_row *row = &d->claims[k];
        if (!row_begins(row, panel)) { continue; }
        text_add(&d->out, "| %s | %s | %s | %s | %s |\n", document_statement(d, row),
                 document_verdict(d, row->verdict), document_number(d, row->observed),
                 document_number(d, row->limit), document_cell(d, row->says));
    }
    text_add(&d->out, "\nThese rows again: %s\n", document_make(d, "claims"));
    document_unfold(d);
}
