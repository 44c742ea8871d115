/* compare-results: do two sets of results say the same? Two tables, or two folders of tables, are held against each other; exit 0 if
 * they are identical or the same within noise, 3 if they differ. */
#include "report/compare_tables.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/program.h"

typedef struct { const char *paths[2]; size_t count; } compare_settings;

static error_t parse(int key, char *text, struct argp_state *state)
{
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
        if (s->count == 2)
            return 0;
        fail(BAD_INPUT, "%zu paths; give two tables or two folders of tables", s->count);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_result(const char *name, const compare_result *r)
{
    if (r->not_compared) {
        printf("%-18s %s: numbers without repetitions, other seed\n", "not compared", name);
        return;
    }
    printf("%-18s %s: %zu compared", compare_word(r->outcome), name, r->compared);
    if (r->different)
        printf(", %zu different", r->different);
    putchar('\n');
    for (size_t k = 0; k < sizeof r->worst / sizeof *r->worst && r->worst[k][0]; k++)
        printf("%20s%s\n", "", r->worst[k]);
}

static status compare_files(const char *a, const char *b, const char *name, size_t *different)
{
    table_data left = {0}, right = {0};
    compare_result result;
    status s = table_read(a, &left);
    if (s == OK)
        s = table_read(b, &right);
    if (s == OK)
        s = compare_tables(a, &left, b, &right, &result);
    if (s == OK) {
        print_result(name, &result);
        *different += result.outcome == COMPARE_DIFFERENT && !result.not_compared;
    }
    table_data_free(&left);
    table_data_free(&right);
    return s;
}

/* NAME.dat with a NAME.runs.dat beside it says nothing that the runs do not say. */
static bool stands_for_itself(const char *folder, const char *name)
{
    size_t length = strlen(name);
    if (length < 5 || strcmp(name + length - 4, ".dat") != 0)
        return false;
    char runs[PATH_MAX];
    snprintf(runs, sizeof runs, "%s/%.*s.runs.dat", folder, (int)(length - 4), name);
    return access(runs, F_OK) != 0;
}

static status compare_folders(const char *a, const char *b, size_t *different)
{
    struct dirent **entries;
    int count = scandir(a, &entries, NULL, alphasort);
    size_t compared = 0;
    status s = count < 0 ? fail(BAD_INPUT, "%s: cannot be read: %s; give a folder of tables", a, strerror(errno)) : OK;
    for (int k = 0; k < count; k++) {
        const char *name = entries[k]->d_name;
        char left[PATH_MAX], right[PATH_MAX];
        snprintf(left, sizeof left, "%s/%s", a, name);
        snprintf(right, sizeof right, "%s/%s", b, name);
        if (s == OK && stands_for_itself(a, name)) {
            s = compare_files(left, right, name, different);
            compared++;
        }
        free(entries[k]);
    }
    if (count >= 0)
        free(entries);
    return s == OK && compared == 0 ? fail(BAD_INPUT, "%s: has no tables (NAME.dat); give a folder of results", a) : s;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int main(int argc, char **argv)
{
    compare_settings settings = {.count = 0};
    const struct argp own = {NULL, parse, "A B", NULL, NULL, NULL, NULL};
    program_options options;
    size_t different = 0;
    status s = program_parse(argc, argv, "Tells whether two tables, or two folders of tables, say the same.", &own, &settings, &options);
    if (s == OK && is_folder(settings.paths[0]))
        s = compare_folders(settings.paths[0], settings.paths[1], &different);
    else if (s == OK)
        s = compare_files(settings.paths[0], settings.paths[1], settings.paths[1], &different);
    if (s == OK)
        printf("%s\n", different ? "different" : "the same, within noise");
    return s == OK && different ? (int)REFUTED : program_exit(&options, s);
}
