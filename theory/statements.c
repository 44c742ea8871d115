/* statements: the table of every statement of the paper: what the programs of this folder found, gathered. */
#include "theory/statement_parts.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "run/machine.h"
#include "run/options.h"

enum { PROGRAMS_MAX = 16, KEY_RESULTS = PROGRAM_OWN_KEY };

typedef struct {
    const program_options *run;
    const statement_part *parts;
} provenance;

static const struct argp_option options[] = {
    {"results", KEY_RESULTS, "FOLDER", 0, "where the programs' tables PROGRAM.statements.dat are (default results)", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    if (key != KEY_RESULTS)
        return ARGP_ERR_UNKNOWN;
    return option_path("results", text, (const char **)state->input) == OK ? 0 : EINVAL;
}

static void note(table *t, void *context)
{
    const provenance *p = context;
    table_note(t, "program", "%s", p->run->name);
    table_note(t, "command", "%s", p->run->command);
    table_note(t, "statement", "every statement of the paper, as the programs of theory/ found it");
    for (size_t k = 0; k < statement_program_count; k++) {
        const statement_part *part = &p->parts[k];
        if (part->there)
            table_note(t, statement_programs[k], "%s, %zu rows, data sha256 %s, seed %s", part->path, part->rows,
                       part->data, part->seed);
        else
            table_note(t, statement_programs[k], "%s (not there)", part->path);
    }
    machine_note(t);
}

static status report(const program_options *run, const statement_part *parts, const theory_rows *list)
{
    status s = verdict_write(list->rows, list->count, run->out, note, &(provenance){run, parts});
    if (s != OK)
        return s;
    if (!run->quiet)
        verdict_print(list->rows, list->count, stderr, isatty(STDERR_FILENO));
    for (size_t k = 0; k < statement_program_count; k++)
        if (!parts[k].there)
            program_say(run, "%s is not there: its statements are not checked", parts[k].path);
    if (!statement_parts_agree(parts))
        program_say(run, "warning: the tables are not all of the same data and seed, see the notes of %s", run->out);
    program_say(run, "wrote %s", run->out);
    return verdict_status(list->rows, list->count);
}

int main(int argc, char **argv)
{
    const char *folder = "results";
    const struct argp own = {options, parse, NULL, NULL, NULL, NULL, NULL};
    static statement_part parts[PROGRAMS_MAX];
    program_options run;
    theory_rows list = {0};
    status s =
        program_parse(argc, argv, "Every statement of the paper with its verdict, from the tables of the programs.",
                      &own, &folder, &run);
    if (s == OK)
        s = statement_gather(folder, parts, &list);
    if (s == OK)
        s = report(&run, parts, &list);
    theory_rows_free(&list);
    return program_exit(&run, s);
}
