/* compare-results: do two sets of results say the same? Two tables, or two folders of tables, are
 * held against each other; exit 0 if they are identical or the same within noise, 3 if they differ.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <dirent.h>
#include <errno.h>
#include <gsl/gsl_errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/compare.h"
#include "cli/program.h"

typedef struct {
    const char *paths[2];
    size_t count;
} compare_settings;

static error_t parse(int key, char *text, struct argp_state *state) {
    compare_settings *s = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (s->count == 2) {
            fail(BAD_INPUT, "'%.60s' is a third path; give two tables or two folders", text);
            return EINVAL;
        }
        s->paths[s->count++] = text;
        return 0;
    case ARGP_KEY_END:
        if (s->count == 2) { return 0; }
        fail(BAD_INPUT, "%zu paths; give two tables or two folders of tables", s->count);
        return EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* --- what is said of a table --- */

typedef struct {
    char name[NAME_MAX + 1];
    size_t first, end; /* its tests in the family */
    compare_result result;
} compared_table;

typedef struct {
    compared_table *tables;
    size_t count;
    compare_family family;
} result_sets;

static const char *const WORDS[] = {"identical", "same within noise", "different", "not compared"};
enum { IDENTICAL, WITHIN_NOISE, DIFFERENT, UNSEEN, WORST = 5 };

static int outcome_of(const result_sets *c, const compared_table *t) {
    for (size_t k = t->first; k < t->end; k++) {
        if (c->family.tests[k].different) { return DIFFERENT; }
    }
    if (t->result.kind == COMPARE_IDENTICAL) { return IDENTICAL; }
    return t->result.kind == COMPARE_UNSEEN || t->result.compared == 0 ? UNSEEN : WITHIN_NOISE;
}

/* In the texts of tables '_' stands for a blank. */
static void print_test(const compare_test *t) {
    printf("%20s", "");
    for (const char *c = t->what; *c; c++) { putchar(*c == '_' ? ' ' : *c); }
    if (!isnan(t->a)) { printf(": %.6g, %.6g", t->a, t->b); }
    if (isnan(t->p)) {
        printf(" (turned, within noise)");
    } else if (t->p > 0) {
        printf(" (p = %.2g)", t->p);
    }
    putchar('\n');
}

/* The different one with the smallest p; NULL: there is none. */
static compare_test *worst_of(compare_test *tests, size_t count) {
    compare_test *worst = NULL;
    for (size_t k = 0; k < count; k++) {
        if (tests[k].different && (!worst || tests[k].p < worst->p)) { worst = &tests[k]; }
    }
    return worst;
}

/* The worst of the different ones, worst first, then the verdicts that turned. */
static void print_tests(compare_test *tests, size_t count) {
    for (int shown = 0; shown < WORST; shown++) {
        compare_test *worst = worst_of(tests, count);
        if (!worst) { break; }
        print_test(worst);
        worst->different = false; /* told */
    }
    for (size_t k = 0; k < count; k++) {
        if (isnan(tests[k].p)) { print_test(&tests[k]); }
    }
}

static void print_table(result_sets *c, const compared_table *t) {
    int outcome = outcome_of(c, t);
    size_t different = 0;
    for (size_t k = t->first; k < t->end; k++) { different += c->family.tests[k].different; }
    printf("%-18s %s: ", WORDS[outcome], t->name);
    if (outcome == UNSEEN) {
        printf("numbers without repetitions%s",
               t->result.kind == COMPARE_UNSEEN ? ", other seed" : "");
    } else {
        printf("%zu %s", t->result.compared, outcome == IDENTICAL ? "rows" : "compared");
    }
    if (different) { printf(", %zu different", different); }
    putchar('\n');
    if (t->result.settings[0]) { printf("%20snot the same: %s\n", "", t->result.settings); }
    if (t->end > t->first) { print_tests(c->family.tests + t->first, t->end - t->first); }
}

/* The word for all of it: of the worst table. */
static int conclude(result_sets *c) {
    int all = IDENTICAL;
    for (size_t k = 0; k < c->count; k++) {
        int outcome = outcome_of(c, &c->tables[k]);
        if (outcome == UNSEEN) { outcome = WITHIN_NOISE; }
        all = outcome > all ? outcome : all;
        print_table(c, &c->tables[k]);
    }
    printf("%s", WORDS[all]);
    if (all != IDENTICAL) {
        printf(" (family error %g over %zu tests)", COMPARE_FAMILY_ERROR, c->family.count);
    }
    putchar('\n');
    return all;
}

/* --- which tables --- */

static status compare_files(const char *a, const char *b, const char *name, result_sets *c) {
    compared_table *grown = realloc(c->tables, (c->count + 1) * sizeof *grown);
    if (!grown) { return fail(FAILED, "no memory for %zu tables", c->count + 1); }
    c->tables = grown;
    compared_table *t = &grown[c->count];
    table_data left = {0}, right = {0};
    snprintf(t->name, sizeof t->name, "%s", name);
    t->first = c->family.count;
    status st = table_read(a, &left);
    if (st == OK) { st = table_read(b, &right); }
    if (st == OK) {
        st = compare_tables(&(compare_table){a, &left}, &(compare_table){b, &right}, &c->family,
                            &t->result);
    }
    t->end = c->family.count;
    c->count += st == OK;
    table_data_free(&left);
    table_data_free(&right);
    return st;
}

static bool is_there(const char *folder, const char *name, const char *ending) {
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    return access(path, F_OK) == 0;
}

/* What is said elsewhere is not asked again: NAME.dat by its single runs, NAME.statements.dat by
 * the table of all statements. */
static bool stands_for_itself(const char *folder, const char *name) {
    size_t length = strlen(name);
    if (length < 5 || strcmp(name + length - 4, ".dat") != 0) { return false; }
    char stem[NAME_MAX + 1];
    snprintf(stem, sizeof stem, "%.*s", (int)(length - 4), name);
    const char *part = strstr(stem, ".statements");
    return !is_there(folder, stem, ".runs.dat") &&
           !(part && is_there(folder, "statements", ".dat"));
}

static status compare_folders(const char *a, const char *b, result_sets *c) {
    struct dirent **entries;
    int count = scandir(a, &entries, NULL, alphasort);
    if (count < 0) {
        return fail(BAD_INPUT, "%s: cannot be read: %s; give a folder of tables", a,
                    strerror(errno));
    }
    status st = OK;
    for (int k = 0; k < count; k++) {
        const char *name = entries[k]->d_name;
        char left[PATH_MAX], right[PATH_MAX];
        snprintf(left, sizeof left, "%s/%s", a, name);
        snprintf(right, sizeof right, "%s/%s", b, name);
        if (st == OK && stands_for_itself(a, name)) {
            st = is_there(b, name, "") ? compare_files(left, right, name, c)
                                       : fail(BAD_INPUT, "%s: is not there; %s has it", right, a);
        }
        free(entries[k]);
    }
    free(entries);
    return st == OK && c->count == 0
               ? fail(BAD_INPUT, "%s: has no tables (NAME.dat); give a folder of results", a)
               : st;
}

static bool is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int main(int argc, char **argv) {
    const program_about about = {
        .sentence = "Tells whether two tables, or two folders of tables, say the same."};
    compare_settings settings = {.count = 0};
    const struct argp own = {NULL, parse, "A B", NULL, NULL, NULL, NULL};
    program_options options;
    result_sets c = {.count = 0};
    gsl_set_error_handler_off();
    status st = program_parse(argc, argv, &about, &own, &settings, &options);
    if (st == OK && is_folder(settings.paths[0])) {
        st = compare_folders(settings.paths[0], settings.paths[1], &c);
    } else if (st == OK) {
        st = compare_files(settings.paths[0], settings.paths[1], settings.paths[1], &c);
    }
    if (st == OK) { st = compare_family_judge(&c.family); }
    int outcome = st == OK ? conclude(&c) : IDENTICAL;
    free(c.tables);
    compare_family_free(&c.family);
    return outcome == DIFFERENT ? (int)REFUTED : program_exit(&options, st);
}
