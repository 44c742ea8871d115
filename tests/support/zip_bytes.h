/* zip_bytes: zip archives put together byte by byte (APPNOTE.TXT 4.3), in the forms that writers
 * other than NumPy give them: headers without sizes, data descriptors, 64-bit fields, one name
 * twice.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_ZIP_BYTES_H
#define TESTS_ZIP_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name; /* with ".npy" where the archive has it */
    const void *bytes;
    size_t size;
} raw_member;

enum { ZIP_MEMBERS = 64 };

typedef struct {
    enum {
        NO_DESCRIPTOR,
        DESCRIPTOR,
        DESCRIPTOR_UNSIGNED,
        DESCRIPTOR_64
    } descriptor;        /* behind the data: bit 3 */
    bool deflated;       /* one block, stored: deflate without compression */
    bool utf8;           /* bit 11 */
    bool wide_directory; /* sizes and offset in a zip64 field */
    bool wide_end;       /* zip64 end of the directory */
    bool false_headers;  /* size and checksum before the data are those of nothing */
    const char *comment;
} zip_form;

static inline uint32_t crc32_of(const unsigned char *bytes, size_t size) {
    uint32_t crc = ~0u;
    for (size_t k = 0; k < size; k++) {
        crc ^= bytes[k];
        for (int bit = 0; bit < 8; bit++) { crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0); }
    }
    return ~crc;
}

/* Appends `value` in `size` bytes, the lowest first. */
static inline void put(FILE *file, int size, uint64_t value) {
    for (int k = 0; k < size; k++) { fputc((int)(value >> 8 * k & 0xff), file); }
}

/* The fields that a local header and the directory share: version, flags, method, date, checksum,
 * sizes, name. */
static inline void put_common(FILE *file, const zip_form *form, const raw_member *m, uint32_t crc,
                              uint64_t packed, uint64_t size, int extra) {
    put(file, 2, 45);
    put(file, 2, (form->descriptor ? 8u : 0) | (form->utf8 ? 0x800u : 0));
    put(file, 2, form->deflated ? 8 : 0);
    put(file, 4, 0x210000);
    put(file, 4, crc);
    put(file, 4, packed);
    put(file, 4, size);
    put(file, 2, strlen(m->name));
    put(file, 2, (uint64_t)extra);
}

static inline uint64_t packed_size(const zip_form *form, const raw_member *m) {
    return m->size + (form->deflated ? 5 : 0);
}

static inline void put_local(FILE *file, const zip_form *form, const raw_member *m) {
    const uint32_t crc = crc32_of(m->bytes, m->size);
    const uint64_t packed = packed_size(form, m);
    const bool empty = form->descriptor || form->false_headers;
    put(file, 4, 0x04034b50);
    put_common(file, form, m, empty ? 0 : crc, empty ? 0 : packed, empty ? 0 : m->size, 0);
    fputs(m->name, file);
    if (form->deflated) {
        put(file, 1, 1);
        put(file, 2, m->size);
        put(file, 2, ~m->size);
    }
    fwrite(m->bytes, 1, m->size, file);
    if (form->descriptor && form->descriptor != DESCRIPTOR_UNSIGNED) { put(file, 4, 0x08074b50); }
    if (form->descriptor) {
        const int wide = form->descriptor == DESCRIPTOR_64 ? 8 : 4;
        put(file, 4, crc);
        put(file, wide, packed);
        put(file, wide, m->size);
    }
}

static inline void put_entry(FILE *file, const zip_form *form, const raw_member *m,
                             uint64_t offset) {
    const uint64_t packed = packed_size(form, m);
    const bool wide = form->wide_directory;
    put(file, 4, 0x02014b50);
    put(file, 2, 45);
    put_common(file, form, m, crc32_of(m->bytes, m->size), wide ? UINT32_MAX : packed,
               wide ? UINT32_MAX : m->size, wide ? 28 : 0);
    put(file, 8, 0);
    put(file, 2, 0);
    put(file, 4, wide ? UINT32_MAX : offset);
    fputs(m->name, file);
    if (wide) {
        put(file, 2, 1);
        put(file, 2, 24);
        put(file, 8, m->size);
        put(file, 8, packed);
        put(file, 8, offset);
    }
}

static inline void put_end(FILE *file, const zip_form *form, size_t count, uint64_t start,
                           uint64_t end) {
    if (form->wide_end) {
        put(file, 4, 0x06064b50);
        put(file, 8, 44);
        put(file, 4, 45 << 16 | 45);
        put(file, 8, 0);
        put(file, 8, count);
        put(file, 8, count);
        put(file, 8, end - start);
        put(file, 8, start);
        put(file, 4, 0x07064b50);
        put(file, 4, 0);
        put(file, 8, end);
        put(file, 4, 1);
    }
    put(file, 4, 0x06054b50);
    put(file, 4, 0);
    put(file, 2, form->wide_end ? UINT16_MAX : count);
    put(file, 2, form->wide_end ? UINT16_MAX : count);
    put(file, 4, form->wide_end ? UINT32_MAX : end - start);
    put(file, 4, form->wide_end ? UINT32_MAX : start);
    put(file, 2, form->comment ? strlen(form->comment) : 0);
    fputs(form->comment ? form->comment : "", file);
}

/* Appends an archive of these members, at most ZIP_MEMBERS of fewer than 65536 bytes each. */
static inline void zip_put(FILE *file, const zip_form *form, const raw_member *members,
                           size_t count) {
    uint64_t offsets[ZIP_MEMBERS];
    const long origin = ftell(file);
    for (size_t k = 0; k < count; k++) {
        offsets[k] = (uint64_t)(ftell(file) - origin);
        put_local(file, form, &members[k]);
    }
    const uint64_t start = (uint64_t)(ftell(file) - origin);
    for (size_t k = 0; k < count; k++) { put_entry(file, form, &members[k], offsets[k]); }
    put_end(file, form, count, start, (uint64_t)(ftell(file) - origin));
}

#endif
