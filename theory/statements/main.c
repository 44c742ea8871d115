/* statements: the table of every statement of the paper: what the programs of this folder found,
 * gathered.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/statements/statements.h"

#include <stdio.h>
#include <unistd.h>

#include "base/machine.h"
#include "cli/provenance.h"
#include "cli/option_table.h"
#include "cli/program.h"

enum { PROGRAMS_MAX = 16 };

typedef struct {
    const program_options *run;
    const statement_part *parts;
} provenance;

typedef struct {
    const char *folder;
} settings;

static const option_row options[] = {
    {"results", OPTION_PATH, offsetof(settings, folder),
     .help = "folder where the programs' tables PROGRAM.statements.dat are"},
    {NULL}};

static void note(table *t, void *context) {
    const provenance *p = context;
    table_note(t, "program", "%s", p->run->name);
    table_note(t, "command", "%s", p->run->command);
    table_note(t, "statement", "every statement of the paper, as the programs of theory/ found it");
    for (size_t k = 0; k < statement_program_count; k++) {
        const statement_part *part = &p->parts[k];
        if (part->there) {
            table_note(t, statement_programs[k], "%s, %zu rows, data sha256 %s, seed %s",
                       part->path, part->rows, part->data, part->seed);
        } else {
            table_note(t, statement_programs[k], "%s (not there)", part->path);
        }
    }
    provenance_note(t);
}

static status report(const program_options *run, const statement_part *parts,
                     const claim_rows *list) {
    status s = verdict_write(list->rows, list->count, run->out, note, &(provenance){run, parts});
    if (s != OK) { return s; }
    if (!run->quiet) {
        verdict_print_others(list->rows, list->count, stderr, isatty(STDERR_FILENO));
    }
    for (size_t k = 0; k < statement_program_count; k++) {
        if (!parts[k].there) {
            program_say(run, "%s is not there: its statements are not checked", parts[k].path);
        }
    }
    if (!statement_parts_agree(parts)) {
        program_say(
            run, "warning: the tables are not all of the same data and seed, see the notes of %s",
            run->out);
    }
    program_say(run, "wrote %s, with the rows that are not refuted", run->out);
    return verdict_status(list->rows, list->count);
}

int main(int argc, char **argv) {
    const program_about about = {
        .sentence =
            "Every statement of the paper with its verdict, from the tables of the programs."};
    static statement_part parts[PROGRAMS_MAX];
    settings own = {.folder = "results"};
    option_table table_of_options = {0};
    program_options run = {.name = argv[0]};
    claim_rows list = {0};
    status st = option_table_open(&table_of_options, options, &own);
    if (st == OK) {
        st = program_parse(argc, argv, &about, &table_of_options.argp, &table_of_options, &run);
    }
    if (st == OK) { st = statement_gather(&run, own.folder, parts, &list); }
    if (st == OK) { st = report(&run, parts, &list); }
    option_table_close(&table_of_options);
    claim_rows_free(&list);
    return program_exit(&run, st);
}
