/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/npy.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "io/file.h"
#include "io/npy_header.h"
#include "io/npy_member.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && sizeof(float) == 4 &&
                   sizeof(double) == 8,
               "the values of a .npy file are copied as they stand");

enum {
    CHUNK = 4096,       /* entries converted at a time */
    MAX_HEADER = 10000, /* NumPy's own limit on the dict of a header */
    MAX_NAME = 256      /* bytes of a member's name */
};

/* --- reading --- */

/* Magic, version (1.0: length in 2 bytes; 2.0 and 3.0: in 4), length, dict. */
static status read_header(npy_member *m, npy_header *header) {
    unsigned char prelude[8], size[4] = {0, 0, 0, 0};
    char text[MAX_HEADER];
    status st = npy_member_bytes(m, prelude, sizeof prelude);
    if (st != OK) { return st; }
    if (memcmp(prelude, "\x93NUMPY", 6) != 0) {
        return fail(BAD_INPUT, "%s: not in .npy format; write the file with numpy.savez", m->where);
    }
    if (prelude[6] < 1 || prelude[6] > 3 || prelude[7] != 0) {
        return fail(BAD_INPUT,
                    "%s: .npy version %d.%d is not known; write the file with numpy.savez",
                    m->where, prelude[6], prelude[7]);
    }
    st = npy_member_bytes(m, size, prelude[6] == 1 ? 2 : 4);
    if (st != OK) { return st; }
    size_t length = size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
    if (length > sizeof text) {
        return fail(
            BAD_INPUT,
            "%s: broken header, its length is %zu bytes; write the array again with numpy.savez",
            m->where, length);
    }
    st = npy_member_bytes(m, text, length);
    return st == OK ? npy_header_parse(m->where, text, length, header) : st;
}

/* values[k] = entry k of `raw` as a double, k < count. Returns how many came before the first
 * integer beyond 2^53. */
static size_t decode(const npy_header *header, const unsigned char *raw, size_t count,
                     double *values) {
    const int64_t largest = (int64_t)1 << 53;
    const size_t item = header->item;
    const int unused = (int)(64 - 8 * item);
    for (size_t k = 0; k < count; k++) {
        float single;
        uint64_t bits = 0;
        switch (header->type[0]) {
        case 'f':
            if (item == sizeof single) {
                memcpy(&single, raw + k * item, sizeof single);
                values[k] = single;
            } else {
                memcpy(&values[k], raw + k * item, sizeof(double));
            }
            break;
        case 'i':
            memcpy(&bits, raw + k * item, item);
            int64_t number = (int64_t)(bits << unused) >> unused; /* extends the sign */
            if (number < -largest || number > largest) { return k; }
            values[k] = (double)number;
            break;
        default:
            memcpy(&bits, raw + k * item, item);
            if (bits > (uint64_t)largest) { return k; }
            values[k] = header->type[0] == 'b' ? bits != 0 : (double)bits;
        }
    }
    return count;
}

/* Steps to the entry that follows in Fortran order (first index fastest); returns its offset in C
 * order. */
static size_t next_fortran(const npy_header *header, size_t index[NPY_MAX_RANK], size_t offset) {
    size_t stride = header->count;
    for (int r = 0; r < header->rank; r++) {
        stride /= header->shape[r];
        offset += stride;
        if (++index[r] < header->shape[r]) { return offset; }
        offset -= stride * header->shape[r];
        index[r] = 0;
    }
    return offset;
}

/* All entries, in C order whatever the file's, into values (count). */
static status read_values(npy_member *m, const npy_header *header, double *values) {
    unsigned char raw[CHUNK * sizeof(double)];
    double chunk[CHUNK];
    size_t index[NPY_MAX_RANK] = {0}, offset = 0;
    for (size_t done = 0; done < header->count;) {
        size_t count = header->count - done < CHUNK ? header->count - done : CHUNK;
        status st = npy_member_bytes(m, raw, count * header->item);
        if (st != OK) { return st; }
        size_t good = decode(header, raw, count, chunk);
        if (good < count) {
            return fail(BAD_INPUT,
                        "%s: entry %zu of the data (counted from 0) is an integer beyond 2^53; "
                        "save the array as float64",
                        m->where, done + good);
        }
        if (!header->fortran) { memcpy(values + done, chunk, count * sizeof *values); }
        for (size_t k = 0; header->fortran && k < count; k++) {
            values[offset] = chunk[k];
            offset = next_fortran(header, index, offset);
        }
        done += count;
    }
    return npy_member_end(m);
}

static status read_array(npy_member *m, npy_array *array) {
    npy_header header;
    status st = read_header(m, &header);
    if (st != OK) { return st; }
    size_t bytes = header.count * header.item;
    if (bytes != m->left) {
        return fail(BAD_INPUT,
                    "%s: holds %zu bytes of data where its shape needs %zu; "
                    "the file is damaged, copy or write it again",
                    m->where, m->left, bytes);
    }
    double *values = allocate(header.count, sizeof *values, m->where);
    if (!values) { return FAILED; }
    st = read_values(m, &header, values);
    if (st != OK) {
        free(values);
        return st;
    }
    memcpy(array->type, header.type, sizeof array->type);
    memcpy(array->shape, header.shape, sizeof array->shape);
    array->rank = header.rank;
    array->count = header.count;
    array->values = values;
    return OK;
}

status npz_read(const char *path, const char *name, npy_array *array) {
    npy_member m;
    *array = (npy_array){.values = NULL};
    status st = npy_member_open(path, name, &m);
    if (st == OK) { st = read_array(&m, array); }
    npy_member_close(&m);
    return st;
}

int npz_has(const char *path, const char *name) { return npy_member_exists(path, name); }

void npy_free(npy_array *array) {
    free(array->values);
    *array = (npy_array){.values = NULL};
}

/* --- writing --- */

/* Bytes of an item of the dtype; 0: it is not written. */
static size_t item_size(const char *type) {
    static const char *const types[] = {"f4", "f8", "i8", "u1"};
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        if (strcmp(type, types[k]) == 0) { return (size_t)(type[1] - '0'); }
    }
    return 0;
}

static void put_item(const char *type, double value, char *bytes) {
    if (strcmp(type, "f4") == 0) {
        memcpy(bytes, &(float){(float)value}, sizeof(float));
    } else if (strcmp(type, "i8") == 0) {
        memcpy(bytes, &(int64_t){(int64_t)value}, sizeof(int64_t));
    } else if (strcmp(type, "u1") == 0) {
        *bytes = (char)(unsigned char)value;
    } else {
        memcpy(bytes, &value, sizeof value);
    }
}

/* Header and values of one array as a .npy file has them; the caller's, free(). NULL: a kept line.
 */
static char *encode(const char *path, const npy_output *array, size_t *size) {
    const size_t item = item_size(array->type);
    if (item == 0) {
        fail(FAILED, "%s: dtype '%s' cannot be written; take f4, f8, i8 or u1", path, array->type);
        return NULL;
    }
    if (array->rank < 0 || array->rank > NPY_MAX_RANK) {
        fail(FAILED, "%s: an array of rank %d cannot be written; take 0 to %d", path, array->rank,
             NPY_MAX_RANK);
        return NULL;
    }
    size_t count = 1;
    for (int r = 0; r < array->rank; r++) { count *= array->shape[r]; }
    char *bytes = allocate(NPY_HEADER_ROOM + count * item, 1, array->name ? array->name : path);
    if (!bytes) { return NULL; }
    const size_t header = npy_header_write(array, bytes);
    *size = header + count * item;
    for (size_t k = 0; k < count; k++) {
        put_item(array->type, array->values[k], bytes + header + k * item);
    }
    return bytes;
}

status npy_write(const char *path, const npy_output *array) {
    size_t size;
    char *bytes = encode(path, array, &size);
    const status st = bytes ? file_write_whole(path, bytes, size) : FAILED;
    free(bytes);
    return st;
}

/* Adds one array, stored, dated 1980-01-01 (zip's first day) so that equal arrays make equal files.
 */
static status add_member(zip_t *zip, const char *path, const npy_output *array) {
    enum { FIRST_DAY = 1 << 5 | 1 };
    char name[MAX_NAME];
    size_t size;
    int length = snprintf(name, sizeof name, "%s.npy", array->name);
    if (length < 0 || (size_t)length >= sizeof name) {
        return fail(FAILED, "%s: the name of an array is too long; take a shorter one", path);
    }
    char *bytes = encode(path, array, &size);
    if (!bytes) { return FAILED; }
    zip_source_t *source = zip_source_buffer(zip, bytes, size, 1); /* bytes are the source's now */
    if (!source) {
        free(bytes);
        return fail(FAILED, "%s: array '%s': %s", path, array->name, zip_strerror(zip));
    }
    zip_int64_t index = zip_file_add(zip, name, source, 0);
    if (index < 0) { zip_source_free(source); }
    if (index < 0 || zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(zip, (zip_uint64_t)index, 0, FIRST_DAY, 0) != 0) {
        return fail(FAILED, "%s: array '%s': %s", path, array->name, zip_strerror(zip));
    }
    return OK;
}

status npz_write(const char *path, const npy_output *arrays, size_t count) {
    file_draft draft;
    if (count == 0) { return fail(FAILED, "%s: no arrays to write", path); }
    status st = file_begin(path, &draft);
    if (st != OK) { return st; }
    int code = 0;
    zip_t *zip = zip_open(draft.temporary, ZIP_CREATE | ZIP_EXCL, &code);
    if (!zip) {
        st = fail(FAILED, "%.800s: cannot be written: %s; choose another place", path,
                  strerror(errno));
    }
    for (size_t k = 0; st == OK && k < count; k++) { st = add_member(zip, path, &arrays[k]); }
    if (st == OK && zip_close(zip) != 0) {
        st = fail(FAILED, "%.800s: cannot be written: %s; choose another place", path,
                  zip_strerror(zip));
    }
    if (st != OK && zip) { zip_discard(zip); }
    return file_end(st, path, true, &draft);
}

status npz_scalar(const char *path, const char *name, double low, double high, const char *range,
                  double *value) {
    npy_array array = {0};
    if (!npz_has(path, name)) { return OK; }
    status st = npz_read(path, name, &array);
    if (st == OK && !(array.count == 1 && array.values[0] >= low && array.values[0] <= high)) {
        st = fail(BAD_INPUT,
                  "%s: '%s' is not one number in %s; write it as a scalar or leave it out", path,
                  name, range);
    }
    if (st == OK) { *value = array.values[0]; }
    npy_free(&array);
    return st;
}
