/* npz_archive: .npz files for tests, put together with libzip or byte by byte and not with the
 * routines under test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_NPZ_ARCHIVE_H
#define TESTS_NPZ_ARCHIVE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

#include "tests/support/zip_bytes.h"

/* Makes build/test-tmp/<name> and the folders above it. */
static inline void make_folder(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "build/test-tmp/%s", name);
    mkdir("build", 0777);
    mkdir("build/test-tmp", 0777);
    mkdir(path, 0777);
}

/* A .npy of format version 1, 2 or 3: magic, version, length, dict padded to 64 bytes, data.
 * Returns its size. */
static inline size_t npy_bytes(int version, const char *dict, const void *data, size_t size,
                               unsigned char *bytes) {
    size_t prelude = version == 1 ? 10 : 12, length = strlen(dict);
    size_t total = (prelude + length + 1 + 63) / 64 * 64, field = total - prelude;
    memset(bytes, ' ', total);
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (unsigned char)version;
    bytes[7] = 0;
    for (size_t k = 8; k < prelude; k++, field >>= 8) { bytes[k] = (unsigned char)field; }
    memcpy(bytes + prelude, dict, length);
    bytes[total - 1] = '\n';
    if (size > 0) { memcpy(bytes + total, data, size); }
    return total + size;
}

/* A zip file of these members; method ZIP_CM_STORE or ZIP_CM_DEFLATE. */
static inline void archive_write(const char *path, const raw_member *members, size_t count,
                                 int method) {
    int code = 0;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    cr_assert(zip != NULL, "%s: zip error %d", path, code);
    for (size_t k = 0; k < count; k++) {
        zip_source_t *source = zip_source_buffer(zip, members[k].bytes, members[k].size, 0);
        zip_int64_t index = zip_file_add(zip, members[k].name, source, 0);
        cr_assert(index >= 0);
        cr_assert(eq(int, zip_set_file_compression(zip, (zip_uint64_t)index, method, 0), 0));
    }
    cr_assert(eq(int, zip_close(zip), 0));
}

/* The same in a form that libzip does not write. */
static inline void zip_write(const char *path, const zip_form *form, const raw_member *members,
                             size_t count) {
    cr_assert(le(sz, count, ZIP_MEMBERS));
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL, "%s", path);
    zip_put(file, form, members, count);
    cr_assert(eq(int, fclose(file), 0));
}

/* An archive with the one member "x" of this dict and data. */
static inline void write_one(const char *path, const char *dict, const void *data, size_t size,
                             int method) {
    unsigned char *bytes = malloc(512 + size);
    cr_assert(bytes != NULL);
    raw_member member = {"x.npy", bytes, npy_bytes(1, dict, data, size, bytes)};
    archive_write(path, &member, 1, method);
    free(bytes);
}

/* A file as bytes, to be freed. */
static inline unsigned char *file_read(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size + 1);
    cr_assert(bytes != NULL);
    cr_assert(eq(sz, fread(bytes, 1, *size, file), *size));
    fclose(file);
    return bytes;
}

static inline void file_write(const char *path, const void *bytes, size_t size) {
    remove(path); /* to truncate instead makes some file systems wait for the disk */
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL, "%s", path);
    cr_assert(eq(sz, fwrite(bytes, 1, size, file), size));
    cr_assert(eq(int, fclose(file), 0));
}

#endif
