/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/npy_member.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum {
    MAX_LISTED = 6,          /* names of members in a message */
    LIST_ROOM = 400,         /* bytes of that list */
    MAX_DEFLATE_RATIO = 1040 /* deflate shrinks by 1032 at most, but for a few bytes at the ends */
};
#define MAX_MEMBER ((zip_uint64_t)64 << 30)

static status damaged(const npy_member *m, const char *reason) {
    return fail(BAD_INPUT, "%s: damaged or truncated (%s); copy or write the file again", m->where,
                reason);
}

/* Opens a regular file as a zip archive. */
static status archive_open(const char *path, zip_t **zip) {
    struct stat facts;
    if (stat(path, &facts) != 0) {
        return fail(BAD_INPUT, "%.800s: %s; give the path of a .npz file", path, strerror(errno));
    }
    if (!S_ISREG(facts.st_mode)) {
        return fail(BAD_INPUT, "%s: not a regular file; give the path of a .npz file", path);
    }
    if (facts.st_size == 0) {
        return fail(BAD_INPUT, "%s: empty file; write it again with numpy.savez", path);
    }
    int code = 0;
    *zip = zip_open(path, ZIP_RDONLY, &code);
    if (*zip) { return OK; }
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const int reason =
        code == ZIP_ER_OPEN || code == ZIP_ER_READ ? zip_error_code_system(&error) : 0;
    const status st =
        reason ? fail(BAD_INPUT,
                      "%.800s: cannot be read: %s; give the path of a file that you may read", path,
                      strerror(reason))
               : fail(BAD_INPUT,
                      "%.700s: not a whole .npz file (%s); copy it again or write it with "
                      "numpy.savez",
                      path, zip_error_strerror(&error));
    zip_error_fini(&error);
    return st;
}

/* ---------------- names ---------------- */

/* Bytes of a member's name without ".npy", as NumPy lists it. */
static int bare_length(const char *member) {
    const size_t length = strlen(member);
    const bool suffix = length >= 4 && strcmp(member + length - 4, ".npy") == 0;
    return (int)(suffix ? length - 4 : length);
}

static bool is_named(const char *member, const char *name) {
    return strcmp(member, name) == 0 || ((size_t)bare_length(member) == strlen(name) &&
                                         strncmp(member, name, strlen(name)) == 0);
}

/* A name that was perhaps meant: in another folder, or in other letters. */
static bool is_like(const char *member, const char *name) {
    const char *slash = strrchr(member, '/');
    const char *last = slash ? slash + 1 : member;
    return strncasecmp(last, name, strlen(name)) == 0 && (size_t)bare_length(last) == strlen(name);
}

/* "'a', 'b' and 3 more": the members, those like `name` first. */
static void list_members(zip_t *zip, const char *name, char list[LIST_ROOM]) {
    const zip_int64_t count = zip_get_num_entries(zip, 0);
    zip_int64_t listed = 0;
    size_t used = 0;
    snprintf(list, LIST_ROOM, "no arrays");
    for (int like = 1; like >= 0; like--) {
        for (zip_int64_t k = 0; k < count && listed < MAX_LISTED; k++) {
            const char *member = zip_get_name(zip, (zip_uint64_t)k, 0);
            if (!member || is_like(member, name) != (bool)like) { continue; }
            const int length = bare_length(member) < 40 ? bare_length(member) : 40;
            used += (size_t)snprintf(list + used, LIST_ROOM - used, "%s'%.*s'", listed ? ", " : "",
                                     length, member);
            listed++;
        }
    }
    if (listed < count) {
        snprintf(list + used, LIST_ROOM - used, " and %lld more", (long long)(count - listed));
    }
}

/* ---------------- one member ---------------- */

/* Whether two entries of the directory are of the same data. */
static bool same_data(zip_t *zip, zip_uint64_t a, zip_uint64_t b) {
    zip_stat_t left, right;
    zip_stat_init(&left);
    zip_stat_init(&right);
    return zip_stat_index(zip, a, 0, &left) == 0 && zip_stat_index(zip, b, 0, &right) == 0 &&
           (left.valid & right.valid & ZIP_STAT_SIZE) &&
           (left.valid & right.valid & ZIP_STAT_CRC) && left.size == right.size &&
           left.crc == right.crc;
}

/* The last member of that name, which is NumPy's choice; which of several is meant cannot be known
 * if they differ. */
static status find(npy_member *m, const char *name, zip_uint64_t *index) {
    const zip_int64_t count = zip_get_num_entries(m->zip, 0);
    zip_uint64_t found = 0, differing = 0;
    for (zip_int64_t k = 0; k < count; k++) {
        const char *member = zip_get_name(m->zip, (zip_uint64_t)k, 0);
        if (!member || !is_named(member, name)) { continue; }
        differing += found > 0 && !same_data(m->zip, *index, (zip_uint64_t)k);
        *index = (zip_uint64_t)k;
        found++;
    }
    if (found == 0) {
        char list[LIST_ROOM];
        list_members(m->zip, name, list);
        return fail(BAD_INPUT,
                    "%s is missing; the file has %s; write it with numpy.savez(path, %.60s=...)",
                    m->where, list, name);
    }
    if (differing > 0) {
        return fail(BAD_INPUT,
                    "%s is there %llu times with different data; keep one: "
                    "numpy.savez(new, **dict(numpy.load(old))) keeps the one that NumPy reads",
                    m->where, (unsigned long long)found);
    }
    return OK;
}

/* What the directory says of the member must be possible, and of a kind that is read here. */
static status check(npy_member *m, zip_uint64_t index) {
    const zip_uint64_t needed =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    zip_stat_t facts;
    zip_stat_init(&facts);
    if (zip_stat_index(m->zip, index, 0, &facts) != 0) { return damaged(m, zip_strerror(m->zip)); }
    if ((facts.valid & needed) != needed) { return damaged(m, "no size in the directory"); }
    if (facts.encryption_method != ZIP_EM_NONE) {
        return fail(BAD_INPUT, "%s: encrypted; write the file again without a password", m->where);
    }
    if (facts.comp_method != ZIP_CM_STORE && facts.comp_method != ZIP_CM_DEFLATE) {
        return fail(BAD_INPUT,
                    "%s: compression method %d is not taken (stored and deflated are); "
                    "write the file with numpy.savez",
                    m->where, facts.comp_method);
    }
    if (facts.size > MAX_MEMBER) {
        return fail(BAD_INPUT, "%s: claims %llu bytes, more than 64 GiB; write fewer rows",
                    m->where, (unsigned long long)facts.size);
    }
    const bool possible = facts.comp_method == ZIP_CM_STORE
                              ? facts.size == facts.comp_size
                              : facts.size / MAX_DEFLATE_RATIO <= facts.comp_size;
    if (!possible) { return damaged(m, "the sizes in its directory cannot be"); }
    m->left = (size_t)facts.size;
    return OK;
}

status npy_member_open(const char *path, const char *name, npy_member *m) {
    zip_uint64_t index = 0;
    *m = (npy_member){.zip = NULL};
    snprintf(m->where, sizeof m->where, "%.800s: array '%.60s'", path, name);
    status st = archive_open(path, &m->zip);
    if (st == OK) { st = find(m, name, &index); }
    if (st == OK) { st = check(m, index); }
    if (st != OK) { return st; }
    m->file = zip_fopen_index(m->zip, index, 0);
    return m->file ? OK : damaged(m, zip_strerror(m->zip));
}

void npy_member_close(npy_member *m) {
    if (m->file) { zip_fclose(m->file); }
    if (m->zip) { zip_discard(m->zip); }
    m->file = NULL;
    m->zip = NULL;
}

status npy_member_bytes(npy_member *m, void *bytes, size_t size) {
    if (size > m->left) { return damaged(m, "header longer than the data"); }
    m->left -= size;
    for (unsigned char *next = bytes; size > 0;) {
        const zip_int64_t got = zip_fread(m->file, next, size);
        if (got < 0) { return damaged(m, zip_file_strerror(m->file)); }
        if (got == 0) { return damaged(m, "premature end"); }
        next += got;
        size -= (size_t)got;
    }
    return OK;
}

/* libzip compares the checksum when it is asked for more than there is. */
status npy_member_end(npy_member *m) {
    char extra;
    const zip_int64_t got = zip_fread(m->file, &extra, 1);
    if (got < 0) { return damaged(m, zip_file_strerror(m->file)); }
    return got == 0 ? OK : damaged(m, "data beyond its size");
}

bool npy_member_exists(const char *path, const char *name) {
    zip_t *zip = NULL;
    if (archive_open(path, &zip) != OK) { return false; }
    char member[256];
    snprintf(member, sizeof member, "%s.npy", name);
    const bool exists = zip_name_locate(zip, member, 0) >= 0 || zip_name_locate(zip, name, 0) >= 0;
    zip_discard(zip);
    return exists;
}
