/* The page of advise, as that program printed it into advise.txt.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "report/document.h"

enum { LONGEST = 1 << 16 };
static const char MORE[] = "    more: ";

/* A sentence is a paragraph; the command that shows more is one too, as code. */
static void put_line(document *d, const char *line) {
    if (strncmp(line, MORE, strlen(MORE)) == 0) {
        text_add(&d->out, "More: %s\n\n", document_code(d, line + strlen(MORE)));
    } else if (*line) {
        text_add(&d->out, "%s\n\n", document_cell(d, line));
    }
}

void chapter_advise(document *d) {
    char path[PATH_MAX], *bytes = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "%s/advise.txt", d->results);
    text_add(&d->out, "# What the theory says about these data\n\n");
    if (file_read_whole(path, LONGEST, &bytes, &size) != OK) {
        text_add(&d->out, "Not asked yet: %s does it.\n\n", document_make(d, "advise"));
        return;
    }
    for (char *rest = bytes; rest;) { put_line(d, strsep(&rest, "\n")); }
    free(bytes);
}
