/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes one folder, or finds it there; 0 or errno. What mkdir says of a missing folder is why it
 * cannot be made (permission, a read-only or full file system); that a link leads nowhere only stat
 * knows. */
static int folder_make_one(const char *path) {
    struct stat found;
    const int refusal = mkdir(path, 0777) == 0 ? 0 : errno;
    if (!refusal) { return 0; }
    if (stat(path, &found) != 0) { return refusal == EEXIST ? errno : refusal; }
    return S_ISDIR(found.st_mode) ? 0 : ENOTDIR;
}

status folder_make(const char *path) {
    char *part = strdup(path);
    if (!part) { return fail(FAILED, "%s: no memory for the folder's name", path); }
    int error = 0;
    for (char *end = part; *end && !error;) {
        end += strspn(end, "/");
        end += strcspn(end, "/");
        const char separator = *end;
        *end = '\0';
        error = folder_make_one(part);
        *end = separator;
    }
    free(part);
    if (error) {
        return fail(FAILED, "%s: the folder cannot be made: %s; choose another place", path,
                    strerror(error));
    }
    return OK;
}

/* The folder that `path` lies in; NULL if there is no memory. */
static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash) { return strdup("."); }
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static status file_folder_make(const char *path) {
    char *folder = folder_of(path);
    if (!folder) { return fail(FAILED, "%s: no memory for the folder's name", path); }
    const status st = folder_make(folder);
    free(folder);
    return st;
}

/* ---------------- writing ---------------- */

static status unwritten(const char *path, int error) {
    return fail(FAILED, "%.800s: cannot be written: %s; make room or choose another place", path,
                error == EINVAL ? "it is not a regular file" : strerror(error));
}

/* The name to rename to: where a link points; NULL and errno if that is not a regular file or there
 * is no memory. */
static char *target_of(const char *path) {
    struct stat found;
    if (stat(path, &found) != 0) { return strdup(path); }
    if (!S_ISREG(found.st_mode)) {
        errno = S_ISDIR(found.st_mode) ? EISDIR : EINVAL;
        return NULL;
    }
    return realpath(path, NULL);
}

/* A random part in the temporary name: the threads of one process, and processes and machines that
 * share a folder, never write to the same one, whatever their hosts and processes are called. */
status file_begin(const char *path, file_draft *draft) {
    uint64_t part;
    *draft = (file_draft){NULL, NULL};
    const status st = file_folder_make(path);
    if (st != OK) { return st; }
    if (getrandom(&part, sizeof part, 0) != (ssize_t)sizeof part) {
        return fail(FAILED, "%s: no random bytes for a temporary name: %s", path, strerror(errno));
    }
    draft->target = target_of(path);
    if (!draft->target) { return unwritten(path, errno); }
    if (asprintf(&draft->temporary, "%s.tmp-%016jx", draft->target, (uintmax_t)part) < 0) {
        draft->temporary = NULL;
        free(draft->target);
        return unwritten(path, ENOMEM);
    }
    return OK;
}

/* Waits until what was written to the file or folder is on the disk; 0 or errno. */
static int path_sync(const char *path) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) { return errno; }
    /* EINVAL: nothing there to wait for */
    const int error = fsync(file) == 0 || errno == EINVAL ? 0 : errno;
    close(file);
    return error;
}

/* Waits for the folder of the target, which has the new name; 0 or errno. */
static int folder_sync(const char *target) {
    char *folder = folder_of(target);
    const int error = folder ? path_sync(folder) : ENOMEM;
    free(folder);
    return error;
}

/* file_end for a draft that is `whole` or not; 0 or errno. */
static int draft_end(bool whole, bool synced, file_draft *draft) {
    int error = 0;
    if (whole && synced) { error = path_sync(draft->temporary); }
    if (whole && !error && rename(draft->temporary, draft->target) != 0) { error = errno; }
    if (!whole || error) {
        unlink(draft->temporary); /* may not exist; the error to report is the first one */
    } else if (synced) {
        error = folder_sync(draft->target);
    }
    free(draft->temporary);
    free(draft->target);
    *draft = (file_draft){NULL, NULL};
    return error;
}

status file_end(status st, const char *path, bool synced, file_draft *draft) {
    const int error = draft_end(st == OK, synced, draft);
    return error ? unwritten(path, error) : st;
}

/* Creates `path` and writes all bytes; 0 or errno. */
static int bytes_write(const char *path, const char *bytes, size_t size) {
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) { return errno; }
    int error = 0;
    for (size_t done = 0; done < size && !error;) {
        const ssize_t written = write(file, bytes + done, size - done);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno != EINTR) {
            error = errno;
        }
    }
    if (close(file) != 0 && !error) { error = errno; }
    return error;
}

/* *gone: the folder went away meanwhile. It may be there again: another thread wrote to it, too. */
static status whole_try(const char *path, const void *bytes, size_t size, bool synced, bool *gone) {
    file_draft draft;
    *gone = false;
    const status st = file_begin(path, &draft);
    if (st != OK) { return st; }
    int error = bytes_write(draft.temporary, bytes, size);
    const int end = draft_end(!error, synced, &draft);
    error = error ? error : end;
    *gone = error == ENOENT;
    return error ? unwritten(path, error) : OK;
}

/* A folder that was removed while the file was written is made once more. */
static status whole_write(const char *path, const void *bytes, size_t size, bool synced) {
    bool gone;
    const status st = whole_try(path, bytes, size, synced, &gone);
    return gone ? whole_try(path, bytes, size, synced, &gone) : st;
}

status file_write_whole(const char *path, const void *bytes, size_t size) {
    return whole_write(path, bytes, size, true);
}

status file_write_unsynced(const char *path, const void *bytes, size_t size) {
    return whole_write(path, bytes, size, false);
}

/* ---------------- reading ---------------- */

/* Reads `size` bytes; 0 or errno, ENODATA when the file is shorter. */
static int bytes_read(int file, char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        const ssize_t got = read(file, bytes + done, size - done);
        if (got == 0) { return ENODATA; }
        if (got > 0) {
            done += (size_t)got;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

status file_read_whole(const char *path, size_t limit, char **bytes, size_t *size) {
    /* opening a pipe must not wait */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) { return fail(BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno)); }
    struct stat found;
    status st = FAILED;
    char *text = NULL;
    int error;
    if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) {
        st = fail(BAD_INPUT, "%s: cannot be read: it is not a regular file", path);
        goto end;
    }
    if ((uintmax_t)found.st_size > limit) {
        st = fail(BAD_INPUT, "%s: has %jd bytes, at most %zu can be right", path,
                  (intmax_t)found.st_size, limit);
        goto end;
    }
    text = allocate((size_t)found.st_size + 1, 1, path);
    if (!text) { goto end; }
    error = bytes_read(file, text, (size_t)found.st_size);
    if (error) {
        st = fail(BAD_INPUT, "%s: cannot be read: %s", path, strerror(error));
        free(text);
        goto end;
    }
    *bytes = text;
    *size = (size_t)found.st_size;
    st = OK;
end:
    close(file); /* nothing was written: its result has no bearing */
    return st;
}
