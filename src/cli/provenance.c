/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/provenance.h"

#include "base/blas.h"
#include "io/file.h"
#include "base/real.h"
#include "base/share.h"

#include <gsl/gsl_version.h>
#include <lapacke.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef BUILD_FLAGS
#define BUILD_FLAGS "unknown" /* the Makefile gives the compiler's flags */
#endif

#ifdef __clang__
#define COMPILER __VERSION__ /* names itself */
#else
#define COMPILER "GCC " __VERSION__
#endif

void provenance_version(char *text, size_t size) {
    enum { LIMIT = 4096 };
    char path[PATH_MAX + sizeof "VERSION"];
    snprintf(text, size, "unknown");
    const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
    if (length <= 0 || length >= PATH_MAX) { return; }
    path[length] = '\0';
    strcpy(strrchr(path, '/') + 1, "VERSION");
    if (access(path, F_OK) != 0 && !share_find("share/masked-ntk/VERSION", path, sizeof path)) {
        return;
    }
    char *bytes;
    size_t count;
    if (file_read_whole(path, LIMIT, &bytes, &count) != OK) { return; }
    const char *start = bytes + strspn(bytes, " \t\r\n");
    size_t words = strcspn(start, "\r\n");
    while (words > 0 && strchr(" \t", start[words - 1])) { words--; }
    if (words > 0) { snprintf(text, size, "%.*s", (int)words, start); }
    free(bytes);
}

void provenance_note(table *t) {
    char version[128], host[HOST_NAME_MAX + 1] = "", date[32] = "";
    provenance_version(version, sizeof version);
    table_note(t, "version", "%s", version);
    table_note(t, "compiler", "%s", COMPILER);
    table_note(t, "flags", "%s", BUILD_FLAGS);
    table_note(t, "precision", "%s", REAL_NAME);
    table_note(t, "gsl", "%s", gsl_version);
    lapack_int major, minor, patch;
    LAPACKE_ilaver(&major, &minor, &patch);
    table_note(t, "lapack", "%d.%d.%d", (int)major, (int)minor, (int)patch);
    table_note(t, "openblas", "%s", openblas_get_config());
    table_note(t, "openblas core", "%s", openblas_get_corename());
    const time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) && strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0) {
        table_note(t, "date", "%s", date);
    }
    if (gethostname(host, sizeof host - 1) == 0) { table_note(t, "host", "%s", host); }
}
