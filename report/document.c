#include "report/document.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/options.h"

bool document_table(const document *d, const char *name, table_data *t)
{
    char path[PATH_MAX];
    *t = (table_data){.rows = 0};
    snprintf(path, sizeof path, "%s/%s.dat", d->results, name);
    return table_read(path, t) == OK;
}

bool document_note(const table_data *t, const char *key, char *text, size_t size)
{
    return t->notes && table_note_of(t, key, text, size);
}

const char *document_number(double value, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%.3g", value);
    return text;
}

void document_cell(const document *d, const char *text)
{
    for (; *text; text++) {
        if (strchr("|*_<>[]`$^~\\", *text))
            fputc('\\', d->out);
        fputc(*text == '\n' ? ' ' : *text, d->out);
    }
}

/* The longest run of backticks in the text. */
static size_t backticks(const char *text)
{
    size_t longest = 0;
    for (size_t run = 0; *text; text++) {
        run = *text == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* Between marks longer than any in the text. */
void document_code(const document *d, const char *text)
{
    size_t inner = backticks(text);
    const char *edge = inner ? " " : "";
    for (size_t k = 0; k <= inner; k++)
        fputc('`', d->out);
    fprintf(d->out, "%s%s%s", edge, text, edge);
    for (size_t k = 0; k <= inner; k++)
        fputc('`', d->out);
}

void document_make(const document *d, const char *target)
{
    char *command;
    if (asprintf(&command, "make %s%s%s", target, *d->make ? " " : "", d->make) < 0)
        return;
    document_code(d, command);
    free(command);
}

/* A path as the address of a link. */
static void put_address(const document *d, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
    for (; *path; path++)
        if (strchr(plain, *path))
            fputc(*path, d->out);
        else
            fprintf(d->out, "%%%02X", (unsigned char)*path);
}

void document_verdict(const document *d, verdict v)
{
    static const char *const classes[] = {"holds", "refuted", "unmet", "unchecked"};
    fprintf(d->out, "<span class=\"%s\">%s</span>", classes[v], verdict_word(v));
}

void document_picture(const document *d, const char *figure, const char *alternative)
{
    char target[2 * PATH_MAX], word[3 * PATH_MAX] = "";
    const char *folder = d->plots;
    while (strncmp(folder, "../", 3) == 0)
        folder += 3;
    snprintf(target, sizeof target, "%s/%s.svg", folder, figure);
    option_quote(word, sizeof word, 0, target);
    fprintf(d->out, "![%s](", alternative);
    put_address(d, d->plots);
    fprintf(d->out, "/%s.svg)\n\n", figure);
    document_make(d, word);
    fputs("\n\n", d->out);
}

static bool is_first(const statement_row *rows, size_t k)
{
    size_t first = 0;
    while (strcmp(rows[first].command, rows[k].command) != 0)
        first++;
    return first == k;
}

size_t document_command(const statement_row *rows, size_t k)
{
    size_t index = 0;
    for (size_t j = 0; strcmp(rows[j].command, rows[k].command) != 0; j++)
        index += is_first(rows, j);
    return index;
}

void document_commands(const document *d, const statement_row *rows, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (is_first(rows, k)) {
            size_t number = document_command(rows, k) + 1;
            fprintf(d->out, "- []{#c%zu}c%zu: ", number, number);
            document_code(d, rows[k].command);
            fputs("\n", d->out);
        }
    fputs("\n", d->out);
}

void document_counts(const document *d, const statement_row *rows, size_t count)
{
    const char *between = "";
    for (int v = NOT_REFUTED; v <= NOT_CHECKED; v++) {
        size_t matches = 0;
        for (size_t k = 0; k < count; k++)
            matches += rows[k].verdict == (verdict)v;
        if (matches) {
            fprintf(d->out, "%s%zu %s", between, matches, verdict_word((verdict)v));
            between = ", ";
        }
    }
}
