/* Writes the seeds that the harnesses start from: seeds FOLDER makes FOLDER/npz, FOLDER/unit and
 * FOLDER/table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/npy.h"
#include "sweep/unit.h"
#include "tests/support/zip_bytes.h"

enum { ROOM = 4096 };

/* Ends the program with the line that the library left. */
static void must(int done) {
    if (!done) {
        fprintf(stderr, "seeds: %s\n", error_text());
        exit(1);
    }
}

static void write_seed(const char *folder, const char *name, const void *bytes, size_t size) {
    char path[ROOM];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    must(file_write_whole(path, bytes, size) == OK);
}

/* --- npz: the length of features (0: an archive), then features and labels, or the archive --- */

/* A .npy of this version, dict and data; returns its size. */
static size_t npy_bytes(int version, const char *dict, const void *data, size_t size, char *bytes) {
    const size_t prelude = version == 1 ? 10 : 12, length = strlen(dict);
    memcpy(bytes, "\x93NUMPY", 6);
    memset(bytes + 6, 0, 6);
    bytes[6] = (char)version;
    bytes[8] = (char)length;
    memcpy(bytes + prelude, dict, length);
    memcpy(bytes + prelude + length, data, size);
    return prelude + length + size;
}

/* Archives as other writers than NumPy make them: features, then labels, then features again where
 * they are twice. */
static void archive_seeds(const char *folder, const raw_member features, const raw_member labels) {
    static const struct {
        const char *name, *names[3];
        zip_form form;
    } seeds[] = {
        {"streamed",
         {"features", "labels"},
         {.descriptor = DESCRIPTOR, .deflated = true, .utf8 = true}},
        {"streamed-wide",
         {"features.npy", "labels.npy"},
         {.descriptor = DESCRIPTOR_64, .wide_directory = true}},
        {"wide-end", {"features.npy", "labels.npy"}, {.wide_end = true, .comment = "wide"}},
        {"twice", {"features.npy", "labels.npy", "features"}, {.false_headers = true}},
        {"other-names", {"data/features.npy", "Labels.npy"}, {.descriptor = DESCRIPTOR_UNSIGNED}}};
    for (size_t k = 0; k < sizeof seeds / sizeof *seeds; k++) {
        raw_member members[3] = {features, labels, features};
        size_t count = 0, size = 0;
        for (; count < 3 && seeds[k].names[count]; count++) {
            members[count].name = seeds[k].names[count];
        }
        char *bytes = NULL;
        FILE *file = open_memstream(&bytes, &size);
        must(file != NULL && fwrite("\0", 1, 2, file) == 2);
        zip_put(file, &seeds[k].form, members, count);
        must(fclose(file) == 0);
        write_seed(folder, seeds[k].name, bytes, size);
        free(bytes);
    }
}

static void npz_seeds(const char *folder) {
    static const struct {
        const char *name, *features;
        int version;
    } seeds[] = {{"f8", "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 3), }", 1},
                 {"f4", "{'descr': '<f4', 'fortran_order': True, 'shape': (8, 3), }", 2},
                 {"i2", "{'descr': '<i2', 'fortran_order': False, 'shape': (4, 3, 2, 2), }", 3},
                 {"u1", "{'shape': (96,), 'descr': '|u1', 'fortran_order': True}", 1},
                 {"big", "{'descr': '>f8', 'fortran_order': False, 'shape': (4, 3), }", 1},
                 {"object", "{'descr': '|O', 'fortran_order': False, 'shape': (12L,), }", 1},
                 {"huge",
                  "{'descr': '<i8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
                  1},
                 {"fields", "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (), }", 1}};
    static const double x[12] = {1, 2, 3, -4, 5, 6, 7, 8, -9, 0, 1, 1}, y[4] = {1, -2, 3, 4};
    static const char labels[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }";
    char bytes[ROOM];
    for (size_t k = 0; k < sizeof seeds / sizeof *seeds; k++) {
        const size_t cut = npy_bytes(seeds[k].version, seeds[k].features, x, sizeof x, bytes + 2);
        bytes[0] = (char)(cut & 0xff);
        bytes[1] = (char)(cut >> 8);
        const size_t rest = npy_bytes(1, labels, y, sizeof y, bytes + 2 + cut);
        write_seed(folder, seeds[k].name, bytes, 2 + cut + rest);
        if (k == 0) { /* a sound data set */
            archive_seeds(folder, (raw_member){NULL, bytes + 2, cut},
                          (raw_member){NULL, bytes + 2 + cut, rest});
        }
    }
    const npy_output arrays[] = {{"features", "f4", 2, {4, 3}, x}, {"labels", "f8", 2, {4, 1}, y}};
    char path[ROOM], *zip = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "%s/archive", folder);
    must(npz_write(path, arrays, 2) == OK);
    must(file_read_whole(path, ROOM - 2, &zip, &size) == OK);
    memset(bytes, 0, 2);
    memcpy(bytes + 2, zip, size);
    write_seed(folder, "archive", bytes, size + 2);
    free(zip);
}

/* --- unit: 0 and a file, or 1, the processor's name and the values --- */

static void unit_seeds(const char *folder) {
    static const double values[4] = {0.1, -1e-308, 3e300, 7};
    const unit_key key = {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 3, 7,
                          4};
    static const char body[] = "\1Haswell\n0.10000000000000001\n-inf\nnan\n12\n";
    char bytes[ROOM] = "", *text = NULL;
    size_t size = 0;
    must(unit_format(&key, "SkylakeX", values, &text, &size) == OK && size < ROOM - 1);
    memcpy(bytes + 1, text, size);
    free(text);
    write_seed(folder, "whole", bytes, size + 1);
    write_seed(folder, "body", body, sizeof body - 1);
}

/* --- table --- */

static void table_seeds(const char *folder) {
    static const char runs[] = "# program: loss-dynamics\n# column xi: probability\nxi repetition "
                               "round jump descent drop\n"
                               "0.5 0 1 1e-3 -2 nan\n\n0.3 1 2 inf - x\n";
    static const char verdicts[] =
        "statement kind verdict bound observed slack trials limit hypotheses says command\n"
        "E1 exact not_refuted 1 0.5 2 100 nan - a\\_b build/bin/x_--seed_1\n"
        "Theorem_2_(d) derived hypothesis_not_met nan nan nan 0 0.05 none says_so -\n"
        "Figure_2b paper refuted 1 2 0.5 9007199254740991 1 h s c\nE2 exact not_checked 1 1 1 0 "
        "nan - - -\n";
    write_seed(folder, "runs", runs, sizeof runs - 1);
    write_seed(folder, "verdicts", verdicts, sizeof verdicts - 1);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*write)(const char *folder);
    } corpora[] = {{"npz", npz_seeds}, {"unit", unit_seeds}, {"table", table_seeds}};
    if (argc != 2) {
        fprintf(stderr, "use: seeds FOLDER\n");
        return 2;
    }
    for (size_t k = 0; k < sizeof corpora / sizeof *corpora; k++) {
        char path[ROOM];
        snprintf(path, sizeof path, "%s/%s", argv[1], corpora[k].name);
        must(folder_make(path) == OK);
        corpora[k].write(path);
    }
    return 0;
}
