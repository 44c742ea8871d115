/* fail_write: a library to be preloaded before a program whose files are to fail. It counts what a
 * program does to regular files: creating, writing, waiting for the disk, renaming, removing.
 * Environment:
 *     FAULT_SPACE=N    the disk has room for N bytes more: a write is cut there, the next one gets
 *         ENOSPC
 *     FAULT_SYNC=N     from the N-th wait for the disk (fsync) on, counted from 1, waiting gets EIO
 *     FAULT_GONE=N     at the N-th rename, counted from 1, its folder has just been moved away and
 *         made anew by another
 *     FAULT_KILL=N     SIGKILL to itself right after the N-th operation, counted from 1
 *     FAULT_LOG=FILE   one line for every file that gets its name by a rename
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long space, syncs, renames, operations; /* bytes left; calls so far */
static long sync_limit, gone_at, kill_at;             /* 0: none */
static const char *log_path;
static int has_space_limit;

static int (*real_open)(const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_fsync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);

static long number_of(const char *name) {
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void prepare(void) {
    real_open = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    real_write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    real_rename = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    real_unlink = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
    has_space_limit = getenv("FAULT_SPACE") != NULL;
    atomic_store(&space, number_of("FAULT_SPACE"));
    sync_limit = number_of("FAULT_SYNC");
    gone_at = number_of("FAULT_GONE");
    kill_at = number_of("FAULT_KILL");
    log_path = getenv("FAULT_LOG");
}

static void operation_done(void) {
    if (atomic_fetch_add(&operations, 1) + 1 == kill_at) { kill(getpid(), SIGKILL); }
}

static int is_regular(int file) {
    struct stat found;
    return fstat(file, &found) == 0 && S_ISREG(found.st_mode);
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    const int file = real_open(path, flags, mode);
    if (file >= 0 && (flags & O_CREAT)) { operation_done(); }
    return file;
}

ssize_t write(int file, const void *bytes, size_t size) {
    if (!is_regular(file)) { return real_write(file, bytes, size); }
    if (has_space_limit) {
        const long left = atomic_fetch_sub(&space, (long)size);
        if (left <= 0) {
            errno = ENOSPC;
            return -1;
        }
        size = (long)size < left ? size : (size_t)left;
    }
    const ssize_t written = real_write(file, bytes, size);
    operation_done();
    return written;
}

int fsync(int file) {
    if (sync_limit > 0 && atomic_fetch_add(&syncs, 1) + 1 >= sync_limit) {
        errno = EIO;
        return -1;
    }
    const int code = real_fsync(file);
    operation_done();
    return code;
}

/* The folder of the file gets the name FOLDER-gone, and an empty one takes its place, unless
 * another thread has already made it again. */
static void replace_folder(const char *file) {
    char folder[4000], gone[4096];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(file, '/') - file), file);
    snprintf(gone, sizeof gone, "%s-gone", folder);
    if (real_rename(folder, gone) != 0 || (mkdir(folder, 0777) != 0 && errno != EEXIST)) {
        abort();
    }
}

int rename(const char *from, const char *to) {
    if (gone_at > 0 && atomic_fetch_add(&renames, 1) + 1 == gone_at) { replace_folder(from); }
    const int code = real_rename(from, to);
    if (code == 0 && log_path) {
        char line[4096];
        const int size = snprintf(line, sizeof line, "%s\n", to);
        const int file = real_open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (file < 0 || real_write(file, line, (size_t)size) != size) { abort(); }
        close(file);
    }
    operation_done();
    return code;
}

int unlink(const char *path) {
    const int code = real_unlink(path);
    operation_done();
    return code;
}
