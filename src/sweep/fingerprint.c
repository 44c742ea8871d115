/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/fingerprint.h"

#include "base/real.h"

#include "io/file.h"

#include <errno.h>
#include <link.h>
#include <sha2.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 30 }; /* of an executable */

_Static_assert(SHA256_DIGEST_STRING_LENGTH == 65, "64 hex digits and a 0 byte");

/* --- the code of an executable --- */

/* True for what is in memory when it runs and decides what it does: instructions, constants,
 * addresses. Notes are left out, since one of them names the whole file. */
static bool is_code(const ElfW(Shdr) * section) {
    return (section->sh_flags & SHF_ALLOC) && section->sh_type != SHT_NOBITS &&
           section->sh_type != SHT_NOTE;
}

status fingerprint_code(const char *path, char fingerprint[65]) {
    char *bytes = NULL;
    size_t size = 0;
    status st = file_read_whole(path, MOST_BYTES, &bytes, &size);
    if (st != OK) { return st; }
    const ElfW(Ehdr) *head = (const void *)bytes;
    bool whole = size >= sizeof *head && memcmp(bytes, ELFMAG, SELFMAG) == 0 &&
                 head->e_shentsize == sizeof(ElfW(Shdr)) && head->e_shoff < size &&
                 head->e_shnum <= (size - head->e_shoff) / sizeof(ElfW(Shdr));
    const ElfW(Shdr) *sections = whole ? (const void *)(bytes + head->e_shoff) : NULL;
    size_t hashed = 0;
    SHA2_CTX sha;
    SHA256Init(&sha);
    for (size_t k = 0; whole && k < head->e_shnum; k++) {
        const ElfW(Shdr) *s = &sections[k];
        if (!is_code(s) || s->sh_offset > size || s->sh_size > size - s->sh_offset) { continue; }
        SHA256Update(&sha, (const uint8_t *)bytes + s->sh_offset, s->sh_size);
        hashed += s->sh_size;
    }
    if (hashed == 0) { SHA256Update(&sha, (const uint8_t *)bytes, size); /* no sections */ }
    SHA256End(&sha, fingerprint);
    free(bytes);
    return OK;
}

status fingerprint_of(const char *program, const char *settings, char fingerprint[65]) {
    char code[SHA256_DIGEST_STRING_LENGTH];
    status st = fingerprint_code("/proc/self/exe", code);
    if (st != OK) { return fail(FAILED, "/proc/self/exe: cannot be read; mount /proc"); }
    const char *parts[] = {program, code, REAL_NAME, settings};
    SHA2_CTX sha;
    SHA256Init(&sha);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        SHA256Update(&sha, (const uint8_t *)parts[i], strlen(parts[i]) + 1); /* the 0 parts them */
    }
    SHA256End(&sha, fingerprint);
    return OK;
}

file_mark fingerprint_mark(const char *path) {
    file_mark mark = {.there = false};
    mark.there = stat(path, &mark.facts) == 0;
    return mark;
}

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Whatever is written, renamed or restored, the time of the last change tells. */
static bool unchanged(const file_mark *before, const file_mark *now) {
    const struct stat *a = &before->facts, *b = &now->facts;
    return before->there && now->there && a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_size == b->st_size && same_time(a->st_mtim, b->st_mtim) &&
           same_time(a->st_ctim, b->st_ctim);
}

status fingerprint_file(const char *path, const file_mark *before, char fingerprint[65]) {
    if (!SHA256File(path, fingerprint)) {
        return fail(BAD_INPUT, "%s: cannot be read: %s; copy it again", path, strerror(errno));
    }
    const file_mark now = fingerprint_mark(path);
    if (!unchanged(before, &now)) {
        return fail(BAD_INPUT, "%s: was changed while it was read; start again when it is whole",
                    path);
    }
    return OK;
}
