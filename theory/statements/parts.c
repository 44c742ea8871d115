#include "theory/statements/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"

/* Which data and seed a part is of. */
static status read_notes(statement_part *part) {
    table_data data;
    status s = table_read(part->path, &data);
    if (s != OK) { return s; }
    if (!table_note_of(&data, "data sha256", part->data, sizeof part->data)) {
        part->data[0] = '\0';
    }
    if (!table_note_of(&data, "seed", part->seed, sizeof part->seed)) { part->seed[0] = '\0'; }
    table_data_free(&data);
    return OK;
}

static status read_part(const char *folder, const char *program, statement_part *part,
                        claim_rows *list) {
    *part = (statement_part){.there = false};
    int length = snprintf(part->path, sizeof part->path, "%s/%s.statements.dat", folder, program);
    if (length < 0 || (size_t)length >= sizeof part->path) {
        return fail(BAD_INPUT, "--results: the path is too long; give a shorter one");
    }
    if (access(part->path, F_OK) != 0 && errno == ENOENT) { return OK; }
    size_t before = list->count;
    status s = read_notes(part);
    if (s == OK) { s = verdict_read(part->path, &list->rows, &list->count); }
    list->capacity = list->count;
    part->there = s == OK;
    part->rows = list->count - before;
    return s;
}

/* What computes the program's part. */
static status command_of(const char *folder, const char *program, char command[PROGRAM_COMMAND]) {
    char out[PATH_MAX + 64], path[64];
    snprintf(path, sizeof path, "build/bin/%s", program);
    snprintf(out, sizeof out, "%s/%s.dat", folder, program);
    const char *words[] = {path, "--out", out};
    size_t length = 0;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        length = option_quote(command, PROGRAM_COMMAND, length, words[k]);
    }
    return length < PROGRAM_COMMAND
               ? OK
               : fail(BAD_INPUT, "--results: the path is too long; give a shorter one");
}

status statement_gather(const char *folder, statement_part *parts, claim_rows *list) {
    for (size_t k = 0; k < statement_program_count; k++) {
        const char *program = statement_programs[k];
        size_t first = list->count;
        char command[PROGRAM_COMMAND], why[PATH_MAX + 64];
        status s = read_part(folder, program, &parts[k], list);
        if (s != OK) { return s; }
        if ((s = command_of(folder, program, command)) != OK) { return s; }
        if (parts[k].there) {
            snprintf(why, sizeof why, "%s has no row about it", parts[k].path);
        } else {
            snprintf(why, sizeof why, "not computed yet: run build/bin/%s", program);
        }
        s = statement_complete(program, first, why, command, list);
        if (s != OK) { return s; }
    }
    return OK;
}

bool statement_parts_agree(const statement_part *parts) {
    const statement_part *first = NULL;
    for (size_t k = 0; k < statement_program_count; k++) {
        if (!parts[k].there) { continue; }
        if (first &&
            (strcmp(first->data, parts[k].data) != 0 || strcmp(first->seed, parts[k].seed) != 0)) {
            return false;
        }
        first = first ? first : &parts[k];
    }
    return true;
}
