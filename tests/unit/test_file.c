/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "build/test-tmp/file/XXXXXX"; /* of this test alone */

static void prepare(void) {
    cr_assert(eq(int, folder_make("build/test-tmp/file"), OK));
    cr_assert(mkdtemp(folder) != NULL);
}

TestSuite(file, .init = prepare);

/* folder/name, in one of four buffers in turn. */
static const char *in_folder(const char *name) {
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void content_expect(const char *path, const char *expected) {
    char *bytes;
    size_t size;
    cr_assert(eq(int, file_read_whole(path, 1000, &bytes, &size), OK), "%s", error_text());
    cr_assert(eq(str, bytes, (char *)expected));
    cr_assert(eq(sz, size, strlen(expected)));
    free(bytes);
}

Test(file, file_is_replaced_whole) {
    const char *path = in_folder("x/y/file");
    cr_assert(eq(int, file_write_whole(path, "first text", 10), OK), "%s", error_text());
    content_expect(path, "first text");
    cr_assert(eq(int, file_write_whole(path, "new", 3), OK));
    content_expect(path, "new");
    cr_assert(eq(int, file_write_whole(path, "", 0), OK));
    content_expect(path, "");
}

Test(file, link_is_followed) {
    const char *target = in_folder("target"), *link = in_folder("link");
    struct stat found;
    cr_assert(eq(int, file_write_whole(target, "old", 3), OK));
    cr_assert(eq(int, symlink("target", link), 0));
    cr_assert(eq(int, file_write_whole(link, "new", 3), OK), "%s", error_text());
    content_expect(target, "new");
    cr_assert(lstat(link, &found) == 0 && S_ISLNK(found.st_mode));
}

Test(file, what_is_no_file_is_refused) {
    char *bytes;
    size_t size;
    struct stat found;
    const char *pipe = in_folder("pipe");
    cr_assert(eq(int, mkfifo(pipe, 0666), 0));
    cr_assert(eq(int, file_write_whole(pipe, "x", 1), FAILED));
    cr_assert(eq(int, file_read_whole(pipe, 10, &bytes, &size), BAD_INPUT));
    cr_assert(eq(int, file_write_whole(folder, "x", 1), FAILED));
    cr_assert(eq(int, file_read_whole(folder, 10, &bytes, &size), BAD_INPUT));
    cr_assert(eq(int, file_write_whole("/dev/null", "x", 1),
                 FAILED)); /* a privileged user would lose the device */
    cr_assert(stat("/dev/null", &found) == 0 && S_ISCHR(found.st_mode));
}

Test(file, reading_stops_at_the_limit) {
    char *bytes;
    size_t size;
    const char *path = in_folder("file");
    cr_assert(eq(int, file_write_whole(path, "12345", 5), OK));
    cr_assert(eq(int, file_read_whole(path, 4, &bytes, &size), BAD_INPUT));
    cr_assert(eq(int, file_read_whole(path, 5, &bytes, &size), OK));
    free(bytes);
    cr_assert(eq(int, file_read_whole(in_folder("none"), 5, &bytes, &size), BAD_INPUT));
    cr_assert(strstr(error_text(), "No such file") != NULL, "%s", error_text());
}

Test(file, folder_under_a_file_is_refused) {
    const char *file = in_folder("file");
    cr_assert(eq(int, file_write_whole(file, "x", 1), OK));
    cr_assert(eq(int, folder_make(file), FAILED));
    cr_assert(eq(int, file_write_whole(in_folder("file/sub/name"), "x", 1), FAILED));
    cr_assert(strstr(error_text(), "Not a directory") != NULL, "%s", error_text());
    content_expect(file, "x");
    cr_assert(eq(int, folder_make(in_folder("a//b/")), OK), "%s", error_text());
    cr_assert(eq(int, access(in_folder("a/b"), W_OK), 0));
    cr_assert(eq(int, folder_make("/"), OK));
}

/* A folder that cannot be made: the reason is mkdir's own, not that the folder is missing. */
static void reason_is_of_mkdir(const char *path) {
    cr_assert(ne(int, mkdir(path, 0777), 0), "%s", path);
    const char *reason = strerror(errno);
    char inside[200];
    snprintf(inside, sizeof inside, "%s/sub", path);
    for (int deep = 0; deep < 2; deep++) {
        cr_assert(eq(int, folder_make(deep ? inside : path), FAILED));
        cr_assert(strstr(error_text(), reason) != NULL, "expected '%s' in: %s", reason,
                  error_text());
    }
}

Test(file, folder_without_permission) {
    const char *locked = in_folder("locked");
    cr_assert(eq(int, chmod(folder, 0755), 0));
    cr_assert(eq(int, mkdir(locked, 0555), 0));
    const pid_t child = fork();
    if (child == 0) { /* root may write anywhere */
        _exit(geteuid() == 0 && setuid(65534) != 0
                  ? 2
                  : folder_make(in_folder("locked/sub")) != FAILED ||
                        !strstr(error_text(), "Permission denied"));
    }
    int state;
    cr_assert(eq(int, waitpid(child, &state, 0), child));
    cr_assert(eq(int, state, 0));
}

/* Read-only where a container has it so, not permitted elsewhere. */
Test(file, folder_where_none_can_be) {
    if (access("/sys/kernel", F_OK) == 0) { reason_is_of_mkdir("/sys/no-such-folder"); }
    reason_is_of_mkdir("/proc/no-such-folder");
    const char *link = in_folder("nowhere");
    cr_assert(eq(int, symlink("no-such-place", link), 0));
    cr_assert(eq(int, folder_make(link), FAILED));
    cr_assert(strstr(error_text(), "No such file") != NULL, "%s", error_text());
}

/* A disk that is full: no file may grow beyond 10 bytes. The old content stays, nothing is left
 * behind. */
Test(file, full_disk_leaves_what_was_there) {
    const char *path = in_folder("alone/file");
    cr_assert(eq(int, file_write_whole(path, "old", 3), OK));
    const struct rlimit limit = {10, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &limit), 0));
    char text[5000] = "";
    cr_assert(eq(int, file_write_whole(path, text, sizeof text), FAILED));
    cr_assert(strstr(error_text(), path) != NULL && strstr(error_text(), "too large") != NULL, "%s",
              error_text());
    content_expect(path, "old");
    cr_assert(eq(int, unlink(path), 0));
    cr_assert(eq(int, rmdir(in_folder("alone")), 0), "something was left behind");
}

/* The same where nothing is waited for. */
Test(file, unsynced_is_as_whole) {
    const char *path = in_folder("sub/file");
    cr_assert(eq(int, file_write_unsynced(path, "text", 4), OK), "%s", error_text());
    content_expect(path, "text");
    cr_assert(eq(int, file_write_unsynced(folder, "x", 1), FAILED));
}

/* A writer with a stream of its own: its failure leaves the old file and nothing else, its success
 * the new one. */
Test(file, draft_becomes_the_file_or_is_gone) {
    const char *path = in_folder("sub/file");
    cr_assert(eq(int, file_write_whole(path, "old", 3), OK));
    for (int ok = 0; ok < 2; ok++) {
        file_draft draft;
        cr_assert(eq(int, file_begin(path, &draft), OK), "%s", error_text());
        cr_assert(ne(int, access(draft.temporary, F_OK), 0), "nothing is created yet");
        FILE *stream = fopen(draft.temporary, "wx");
        cr_assert(stream != NULL && fputs("new", stream) >= 0 && fclose(stream) == 0);
        char temporary[200];
        snprintf(temporary, sizeof temporary, "%s", draft.temporary);
        cr_assert(eq(int, file_end(ok ? OK : BAD_INPUT, path, ok, &draft), ok ? OK : BAD_INPUT));
        cr_assert(draft.temporary == NULL && draft.target == NULL);
        cr_assert(ne(int, access(temporary, F_OK), 0));
        content_expect(path, ok ? "new" : "old");
    }
}

/* The draft was never written, or somebody removed it: the old file stays. */
Test(file, draft_that_is_not_there_is_a_failure) {
    const char *path = in_folder("file");
    cr_assert(eq(int, file_write_whole(path, "old", 3), OK));
    for (int synced = 0; synced < 2; synced++) {
        file_draft draft;
        cr_assert(eq(int, file_begin(path, &draft), OK));
        cr_assert(eq(int, file_end(OK, path, synced, &draft), FAILED));
        cr_assert(strstr(error_text(), path) != NULL, "%s", error_text());
        cr_assert(strstr(error_text(), "No such file") != NULL, "%s", error_text());
        content_expect(path, "old");
    }
}

/* Two drafts of one file at once have names of their own. */
Test(file, drafts_do_not_meet) {
    file_draft a, b;
    cr_assert(eq(int, file_begin(in_folder("file"), &a), OK));
    cr_assert(eq(int, file_begin(in_folder("file"), &b), OK));
    cr_assert(ne(str, a.temporary, b.temporary));
    cr_assert(eq(str, a.target, b.target));
    file_end(BAD_INPUT, in_folder("file"), false, &a);
    file_end(BAD_INPUT, in_folder("file"), false, &b);
}
