/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/document.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

void document_free(document *d) {
    text_free(&d->out);
    scratch_free(&d->strings);
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

const char *document_counts(document *d, const statement_row *rows, size_t count) {
    text t = {0};
    for (int v = NOT_REFUTED; v <= NOT_CHECKED; v++) {
        size_t matches = 0;
        for (size_t k = 0; k < count; k++) { matches += rows[k].verdict == (verdict)v; }
        if (matches) {
            text_add(&t, "%s%zu %s", t.used ? ", " : "", matches, verdict_word((verdict)v));
        }
    }
    return keep(d, &t);
}

void document_picture(document *d, const char *figure, const char *alternative) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
    char target[2 * PATH_MAX], word[3 * PATH_MAX] = "";
    const char *folder = d->plots;
    while (strncmp(folder, "../", 3) == 0) { folder += 3; }
    snprintf(target, sizeof target, "%s/%s.svg", folder, figure);
    option_quote(word, sizeof word, 0, target);
    text_add(&d->out, "![%s](", alternative);
    for (const char *c = d->plots; *c; c++) {
        text_add(&d->out, strchr(plain, *c) ? "%c" : "%%%02X", (unsigned char)*c);
    }
    text_add(&d->out, "/%s.svg)\n\n%s\n\n", figure, document_make(d, word));
}
