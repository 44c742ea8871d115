/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cgroup.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 1024, FOLDER_SIZE = 4 * PATH_SIZE };

/* A group's folder and the length of its hierarchy's mount point, above which there is nothing. */
typedef struct {
    char folder[FOLDER_SIZE];
    size_t top;
} group;

/* True if the comma-separated list has the word. */
static bool list_has(const char *list, const char *word) {
    char whole[520], sought[64];
    snprintf(whole, sizeof whole, ",%s,", list);
    snprintf(sought, sizeof sought, ",%s,", word);
    return strstr(whole, sought) != NULL;
}

static FILE *file_in(const char *folder, const char *name) {
    char path[FOLDER_SIZE + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "re");
}

/* --- where the group is --- */

/* The group's path within its hierarchy, of version 1 with the controller or, if it is "", of
 * version 2. */
static bool group_path(const char *root, const char *controller, char path[PATH_SIZE]) {
    char line[2 * PATH_SIZE], list[512];
    FILE *file = file_in(root, "proc/self/cgroup");
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file)) {
        int start = 0;
        line[strcspn(line, "\n")] = '\0';
        if (*controller) {
            found = sscanf(line, "%*d:%511[^:]:%n", list, &start) == 1 && start &&
                    list_has(list, controller);
        } else {
            found = sscanf(line, "0::%n", &start) == 0 && start;
        }
        if (found) { snprintf(path, PATH_SIZE, "%.*s", PATH_SIZE - 1, line + start); }
    }
    if (file) { fclose(file); /* read only: its result has no bearing */ }
    return found;
}

/* The same hierarchy's mount point, and the path within the hierarchy that is mounted there. */
static bool group_mount(const char *root, const char *controller, char from[PATH_SIZE],
                        char at[PATH_SIZE]) {
    char line[4 * PATH_SIZE], kind[64], options[512];
    FILE *file = file_in(root, "proc/self/mountinfo");
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file)) {
        const char *rest = strstr(line, " - "); /* optional fields end there */
        found = rest && sscanf(line, "%*d %*d %*s %1023s %1023s", from, at) == 2 &&
                sscanf(rest, " - %63s %*s %511s", kind, options) == 2 &&
                strcmp(kind, *controller ? "cgroup" : "cgroup2") == 0 &&
                (!*controller || list_has(options, controller));
    }
    if (file) { fclose(file); }
    return found;
}

/* A container may see another path of its group than what is mounted in it: the mount point then is
 * the group. */
static bool group_find(const char *root, const char *controller, group *g) {
    char path[PATH_SIZE], from[PATH_SIZE], at[PATH_SIZE];
    if (!group_path(root, controller, path) || !group_mount(root, controller, from, at)) {
        return false;
    }
    const size_t shared = strcmp(from, "/") == 0 ? 0 : strlen(from);
    const bool inside = strncmp(path, from, shared) == 0 && (path[shared] == '/' || !path[shared]);
    const char *below =
        inside && strcmp(path + shared, "/") != 0 && !strstr(path, "/..") ? path + shared : "";
    snprintf(g->folder, sizeof g->folder, "%s%s%s", root, at, below);
    g->top = strlen(root) + strlen(at);
    return true;
}

/* --- what it may take --- */

/* The number in a file of the group; false if there is none, or the word max. */
static bool number_in(const char *folder, const char *name, double *number) {
    FILE *file = file_in(folder, name);
    const bool found = file && fscanf(file, "%lf", number) == 1;
    if (file) { fclose(file); }
    return found;
}

static double processors_of(const char *folder) {
    double quota, period = 0.0;
    FILE *file = file_in(folder, "cpu.max");
    bool found = file && fscanf(file, "%lf %lf", &quota, &period) == 2;
    if (file) { fclose(file); }
    found = found || (number_in(folder, "cpu.cfs_quota_us", &quota) &&
                      number_in(folder, "cpu.cfs_period_us", &period));
    return found && quota > 0.0 && period > 0.0 ? quota / period : INFINITY;
}

/* Bytes of file pages in the group and below it that the kernel drops first. */
static double pages_to_drop(const char *folder, const char *key) {
    char name[64];
    double bytes = 0.0;
    FILE *file = file_in(folder, "memory.stat");
    while (file && fscanf(file, "%63s %lf", name, &bytes) == 2 && strcmp(name, key) != 0) {
        bytes = 0.0;
    }
    if (file) { fclose(file); }
    return bytes;
}

static double memory_of(const char *folder) {
    static const struct {
        const char *limit, *used, *to_drop;
    } files[] = {{"memory.max", "memory.current", "inactive_file"},
                 {"memory.high", "memory.current", "inactive_file"},
                 {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}};
    double least = INFINITY, limit, used;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (number_in(folder, files[i].limit, &limit) && number_in(folder, files[i].used, &used)) {
            least =
                fmin(least,
                     fmax(limit - fmax(used - pages_to_drop(folder, files[i].to_drop), 0.0), 0.0));
        }
    }
    return least;
}

/* The least that the process's group, or one above it, leaves. */
static double least_of(const char *root, const char *controller,
                       double (*left_by)(const char *folder)) {
    const char *hierarchies[] = {controller, ""};
    double least = INFINITY;
    for (int i = 0; i < 2; i++) {
        group g;
        bool more = group_find(root, hierarchies[i], &g);
        while (more) {
            least = fmin(least, left_by(g.folder));
            more = strlen(g.folder) > g.top;
            if (more) { *strrchr(g.folder, '/') = '\0'; }
        }
    }
    return least;
}

double cgroup_processors(const char *root) { return least_of(root, "cpu", processors_of); }

double cgroup_memory(const char *root) { return least_of(root, "memory", memory_of); }
