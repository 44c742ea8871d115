/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/refusal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/fixture.h"

int refusal_entries(const char *path, char *name) {
    int count = 0;
    DIR *folder = opendir(path);
    cr_assert(folder != NULL, "%s", path);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            snprintf(name, 256, "%s", entry->d_name), count++;
        }
    }
    closedir(folder);
    return count;
}

const char *refusal_folder(const char *name) {
    char command[512], said[256], own[128];
    snprintf(own, sizeof own, "%s-%d", name, (int)getpid()); /* several tests may have the name */
    const char *folder = fixture_folder(own);
    snprintf(command, sizeof command, "rm -rf %s && mkdir -p %s", folder, folder);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    return folder;
}

void refusal(const char *folder, const char *before, const char *program, const char *arguments,
             const char *names, int code) {
    char command[4096], said[8192], start[64], out[300], left[256] = "";
    snprintf(out, sizeof out, "--out %s/bad.dat", folder);
    snprintf(command, sizeof command, "%s %s --quiet %s %s", before, program,
             strstr(arguments, "--out") ? "" : out, arguments);
    snprintf(start, sizeof start, "%s: ", strchr(program, '/') + 1);
    cr_expect(eq(int, fixture_run(command, said, sizeof said), code), "%s: %s", command, said);
    const char *end = strchr(said, '\n');
    cr_expect(end && !end[1], "%s says one line: %s", command, said);
    cr_expect(eq(int, strncmp(said, start, strlen(start)), 0), "%s: %s", command, said);
    cr_expect(ne(ptr, strstr(said, names), NULL), "%s names %s: %s", command, names, said);
    cr_expect(eq(int, refusal_entries(folder, left), 0), "%s leaves %s", command, left);
}
