#include "run/fingerprint.h"

#include "run/real.h"

#include <errno.h>
#include <sha2.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

_Static_assert(SHA256_DIGEST_STRING_LENGTH == 65, "64 hex digits and a 0 byte");

status fingerprint_of(const char *program, const char *settings, char fingerprint[65])
{
    char executable[SHA256_DIGEST_STRING_LENGTH];
    if (!SHA256File("/proc/self/exe", executable)) {
        return fail(FAILED, "/proc/self/exe: cannot be read: %s; mount /proc", strerror(errno));
    }
    const char *parts[] = {program, executable, REAL_NAME, settings};
    SHA2_CTX sha;
    SHA256Init(&sha);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        SHA256Update(&sha, (const uint8_t *)parts[i], strlen(parts[i]) + 1); /* the 0 byte parts them */
    }
    SHA256End(&sha, fingerprint);
    return OK;
}

file_mark fingerprint_mark(const char *path)
{
    file_mark mark = {.there = false};
    mark.there = stat(path, &mark.facts) == 0;
    return mark;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Whatever is written, renamed or restored, the time of the last change tells. */
static bool unchanged(const file_mark *before, const file_mark *now)
{
    const struct stat *a = &before->facts, *b = &now->facts;
    return before->there && now->there && a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
           && same_time(a->st_mtim, b->st_mtim) && same_time(a->st_ctim, b->st_ctim);
}

status fingerprint_file(const char *path, const file_mark *before, char fingerprint[65])
{
    if (!SHA256File(path, fingerprint)) {
        return fail(BAD_INPUT, "%s: cannot be read: %s; copy it again", path, strerror(errno));
    }
    const file_mark now = fingerprint_mark(path);
    if (!unchanged(before, &now)) {
        return fail(BAD_INPUT, "%s: was changed while it was read; start again when it is whole", path);
    }
    return OK;
}
