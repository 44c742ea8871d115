/* Any bytes as a table (io/table.h) and as a table of verdicts (study/verdict.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz.h"

#include "io/table.h"
#include "study/verdict.h"

static void check_table(const char *path) {
    table_data data;
    if (table_read(path, &data) != OK) {
        promise_line();
        promise(!data.text && !data.names && data.rows == 0, "a refused table is empty");
        return;
    }
    char note[64];
    promise(data.columns > 0, "a table has columns");
    for (size_t i = 0; i < data.columns; i++) {
        promise(table_column(&data, data.names[i]) == (int)i, "columns have names of their own");
    }
    for (size_t k = 0; k < data.rows * data.columns; k++) {
        promise(data.text[k][0] != '\0' && !strpbrk(data.text[k], " \t\n"), "a field is a word");
    }
    table_note_of(&data, "program", note, sizeof note);
    table_data_free(&data);
}

static void check_verdicts(const char *path) {
    statement_row *rows = NULL;
    size_t count = 0;
    FILE *nowhere = fopen("/dev/null", "w");
    promise(nowhere != NULL, "/dev/null");
    if (verdict_read(path, &rows, &count) == OK) {
        verdict_print(rows, count, nowhere, true);
    } else {
        promise_line();
    }
    verdict_status(rows, count);
    fclose(nowhere);
    free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const char *path = fuzz_file(bytes, size);
    check_table(path);
    check_verdicts(path);
    return 0;
}
