/* Footnotes: a word of this project is explained where it is first used, in the glossary's words.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/document.h"

/* Whether `name` is among the words of a glossary's head, "keep, zero". */
static bool head_has(const char *head, size_t length, const char *name) {
    const size_t size = strlen(name);
    for (const char *at = head; at + size <= head + length; at++) {
        const bool begins = at == head || at[-1] == ' ';
        const bool ends = at + size == head + length || at[size] == ',';
        if (begins && ends && strncmp(at, name, size) == 0) { return true; }
    }
    return false;
}

/* What the glossary says of an entry, up to the empty line: after "**head**: "; NULL if nothing. */
static const char *entry_of(const char *glossary, const char *name, size_t *length) {
    for (const char *at = glossary; at && (at = strstr(at, "\n**")) != NULL;) {
        const char *head = at + 3, *end = strstr(head, "**: ");
        if (!end) { return NULL; }
        const char *body = end + 4, *stop = strstr(body, "\n\n");
        *length = stop ? (size_t)(stop - body) : strlen(body);
        if (head_has(head, (size_t)(end - head), name)) { return body; }
        at = end;
    }
    return NULL;
}

/* "word[^entry]", blanks of the entry as '-'; NULL without memory. */
static const char *marked(document *d, const char *word, const char *entry) {
    const size_t size = strlen(word) + strlen(entry) + 4;
    char *note = scratch_take(&d->strings, size, 1, "a term of the report");
    if (!note) { return NULL; }
    snprintf(note, size, "%s[^%s]", word, entry);
    for (char *c = note + strlen(word); *c; c++) { *c = *c == ' ' ? '-' : *c; }
    return note;
}

const char *document_term(document *d, const char *word, const char *entry) {
    size_t length, k = 0;
    if (!d->glossary || !entry_of(d->glossary, entry, &length)) { return word; }
    while (k < d->term_count && strcmp(d->terms[k], entry) != 0) { k++; }
    if (k < d->term_count || d->term_count == DOCUMENT_TERMS) { return word; }
    const char *note = marked(d, word, entry);
    if (!note) { return word; }
    d->terms[d->term_count++] = entry;
    return note;
}

/* An entry as text on one line: of a link "[words](address)" the words. */
static void put_entry(document *d, const char *entry, size_t length) {
    const char *end = entry + length;
    for (const char *c = entry; c < end; c++) {
        if (*c == '[') { continue; }
        if (strncmp(c, "](", 2) == 0) {
            const char *closing = strchr(c, ')');
            c = closing && closing < end ? closing : c;
            continue;
        }
        text_add(&d->out, "%c", *c == '\n' ? ' ' : *c);
    }
}

static int by_name(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void chapter_terms(document *d) {
    qsort(d->terms, d->term_count, sizeof *d->terms, by_name);
    for (size_t k = 0; k < d->term_count; k++) {
        size_t length = 0;
        const char *entry = entry_of(d->glossary, d->terms[k], &length);
        const char *mark = marked(d, "", d->terms[k]);
        text_add(&d->out, "%s: **%s**: ", mark ? mark : "", d->terms[k]);
        put_entry(d, entry, length);
        text_add(&d->out, "\n\n");
    }
}
