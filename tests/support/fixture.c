/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/fixture.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/real.h"

dataset fixture_one_output(size_t n) {
    dataset data;
    cr_assert(dataset_load("data/digits.npz", n, &data) == OK, "%s", error_text());
    for (size_t i = 0; i < n; i++) { data.Y[i] = data.Y[i * data.q]; }
    data.q = 1;
    return data;
}

table *fixture_table(const char *names, int digits) {
    table *t = table_new(digits);
    char *copy = strdup(names);
    for (char *at = copy, *name = strsep(&at, " "); name; name = strsep(&at, " ")) {
        table_add_column(t, name, NULL);
    }
    free(copy);
    return t;
}

const char *fixture_folder(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "build/test-tmp/%s", name);
    mkdir("build", 0777);
    mkdir("build/test-tmp", 0777);
    mkdir(path, 0777);
    return path;
}

void fixture_expand(const char *command, char *out, size_t size) {
    const char *given = getenv("MNTK_BIN"), *folder = given ? given : "build/bin";
    const char *precision = sizeof(real) == sizeof(double) ? "double/" : "";
    size_t used = 0;
    while (*command && used + 1 < size) {
        bool bin = strncmp(command, "BIN/", 4) == 0, tool = strncmp(command, "TOOL/", 5) == 0;
        if (bin || tool) {
            used +=
                (size_t)snprintf(out + used, size - used, "%s/%s", folder, bin ? precision : "");
            command += bin ? 4 : 5;
        } else {
            out[used++] = *command++;
        }
    }
    out[used < size ? used : size - 1] = '\0';
}

int fixture_run(const char *command, char *said, size_t size) {
    char full[4096], part[4200];
    fixture_expand(command, full, sizeof full);
    snprintf(part, sizeof part, "{ %s ; } 2>&1 >/dev/null", full);
    FILE *f = popen(part, "r");
    cr_assert(f != NULL);
    size_t got = fread(said, 1, size - 1, f);
    said[got] = '\0';
    while (fgetc(f) != EOF)
        ;
    int code = pclose(f);
    return WIFEXITED(code) ? WEXITSTATUS(code) : 128 + WTERMSIG(code);
}

/* The next row, without the place of the table that the command in a statement's row ends in. */
static int next_row(FILE *f, char *line, size_t size) {
    while (fgets(line, (int)size, f)) {
        char *place = strstr(line, "_--out_");
        if (place) { *place = '\0'; }
        if (line[0] != '#') { return 1; }
    }
    return 0;
}

int fixture_same_rows(const char *a, const char *b) {
    FILE *f = fopen(a, "r"), *g = fopen(b, "r");
    char x[4096], y[4096];
    int rows = 0, same = f && g;
    while (same) {
        int more = next_row(f, x, sizeof x);
        same = more == next_row(g, y, sizeof y);
        if (!more) { break; }
        same = same && strcmp(x, y) == 0;
        rows++;
    }
    if (f) { fclose(f); }
    if (g) { fclose(g); }
    return same && rows > 1;
}
