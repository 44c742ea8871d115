/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/trial.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glob.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"
#include "base/real.h"
#include "tests/support/fixture.h"

const char *trial_folder(const char *name) {
    static char paths[2][128];
    static int next;
    char *path = paths[next++ % 2], command[512], said[256];
    snprintf(path, sizeof paths[0], "build/test-tmp/%s-%s", name, REAL_NAME);
    snprintf(command, sizeof command, "rm -rf %s && mkdir -p %s", path, path);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    return path;
}

/* What is to be run, as the arguments of a shell: an exec, so that the process is the program. */
static void command_expand(const char *command, char *full, size_t size) {
    char expanded[4096];
    fixture_expand(command, expanded, sizeof expanded);
    cr_assert(lt(int, snprintf(full, size, "exec %s", expanded), (int)size));
}

pid_t trial_start(const char *command, const char *said) {
    char full[4200];
    command_expand(command, full, sizeof full);
    const pid_t process = fork();
    cr_assert(le(int, 0, process));
    if (process == 0) {
        if (freopen(said ? said : "/dev/null", "w", stderr) && freopen("/dev/null", "w", stdout)) {
            execl("/bin/sh", "sh", "-c", full, NULL);
        }
        _exit(127);
    }
    return process;
}

static int code_of(int end) { return WIFEXITED(end) ? WEXITSTATUS(end) : 128 + WTERMSIG(end); }

int trial_wait(pid_t process) {
    int end;
    cr_assert(eq(int, waitpid(process, &end, 0), process));
    return code_of(end);
}

bool trial_hold(pid_t process) {
    siginfo_t found;
    kill(process, SIGSTOP);
    cr_assert(eq(int, waitid(P_PID, (id_t)process, &found, WSTOPPED | WEXITED | WNOWAIT), 0));
    return found.si_code == CLD_STOPPED;
}

int trial_run(const char *command, char *said, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "build/test-tmp/said-%ld", (long)getpid());
    const int code = trial_wait(trial_start(command, path));
    snprintf(said, size, "%s", trial_text(path));
    unlink(path);
    return code;
}

bool trial_has_terminals(void) {
    int master, slave;
    if (openpty(&master, &slave, NULL, NULL, NULL) != 0) {
        cr_log_warn("no terminal can be opened here: what a program shows on one is skipped");
        return false;
    }
    close(master), close(slave);
    return true;
}

int trial_on_terminal(const char *command, char *shown, size_t size) {
    char full[4200];
    int master, end;
    command_expand(command, full, sizeof full);
    const pid_t process = forkpty(&master, NULL, NULL, NULL);
    cr_assert(le(int, 0, process));
    if (process == 0) {
        execl("/bin/sh", "sh", "-c", full, NULL);
        _exit(127);
    }
    size_t used = 0;
    for (ssize_t got; (got = read(master, shown + used, size - 1 - used)) > 0;
         used += (size_t)got) {
        cr_assert(lt(sz, used + (size_t)got, size - 1), "more was shown than there is room for");
    }
    shown[used] = '\0'; /* the read fails when the last process has closed its end */
    close(master);
    cr_assert(eq(int, waitpid(process, &end, 0), process));
    return code_of(end);
}

const char *trial_text(const char *path) {
    static char text[65536];
    char *bytes;
    size_t size;
    cr_assert(eq(int, file_read_whole(path, sizeof text - 1, &bytes, &size), OK), "%s",
              error_text());
    memcpy(text, bytes, size + 1);
    free(bytes);
    return text;
}

static size_t glob_in(const char *folder, const char *pattern, glob_t *found) {
    char full[256];
    snprintf(full, sizeof full, "%s/%s", folder, pattern);
    const int code = glob(full, GLOB_PERIOD, NULL, found);
    cr_assert(code == 0 || code == GLOB_NOMATCH);
    return code == 0 ? found->gl_pathc : 0;
}

size_t trial_tables(const char *folder) {
    glob_t found = {0};
    const size_t count = glob_in(folder, "*.dat", &found);
    globfree(&found);
    return count;
}

bool trial_results_agree(const char *folder, const char *whole) {
    glob_t found = {0};
    bool agree = true;
    const size_t count = glob_in(folder, "*.dat", &found);
    for (size_t i = 0; i < count && agree; i++) {
        char namesake[512];
        snprintf(namesake, sizeof namesake, "%s%s", whole, strrchr(found.gl_pathv[i], '/'));
        agree = fixture_same_rows(found.gl_pathv[i], namesake);
    }
    globfree(&found);
    return agree;
}

bool trial_same_results(const char *left, const char *right) {
    const size_t count = trial_tables(left);
    return count > 0 && count == trial_tables(right) && trial_results_agree(left, right);
}

/* ---------------- units ---------------- */

size_t trial_units(const char *folder, trial_unit units[TRIAL_UNITS]) {
    glob_t found = {0};
    size_t count = 0;
    const size_t paths = glob_in(folder, "*.units/*/*.unit", &found);
    for (size_t i = 0; i < paths; i++) {
        struct stat facts;
        if (stat(found.gl_pathv[i], &facts) ==
            0) { /* one may be renamed over while the folder is read */
            cr_assert(lt(sz, count, TRIAL_UNITS));
            snprintf(units[count].path, sizeof units[count].path, "%s", found.gl_pathv[i]);
            units[count].inode = facts.st_ino;
            units[count++].written = facts.st_mtim;
        }
    }
    globfree(&found);
    return count;
}

size_t trial_untouched(const trial_unit *units, size_t count) {
    size_t untouched = 0;
    for (size_t i = 0; i < count; i++) {
        struct stat facts;
        untouched += stat(units[i].path, &facts) == 0 && facts.st_ino == units[i].inode &&
                     facts.st_mtim.tv_sec == units[i].written.tv_sec &&
                     facts.st_mtim.tv_nsec == units[i].written.tv_nsec;
    }
    return untouched;
}

size_t trial_leftovers(const char *folder) {
    const char *patterns[] = {"*.tmp-*", "*/*.tmp-*", "*/*/*.tmp-*"};
    size_t count = 0;
    for (int i = 0; i < 3; i++) {
        glob_t found = {0};
        count += glob_in(folder, patterns[i], &found);
        globfree(&found);
    }
    return count;
}

void trial_wait_for_units(const char *folder, size_t count) {
    const struct timespec pause = {0, 2000000};
    size_t there = 0;
    for (int i = 0; i < 15000 && there < count; i++) {
        glob_t found = {0};
        nanosleep(&pause, NULL);
        there = glob_in(folder, "*.units/*/*.unit", &found);
        globfree(&found);
    }
    cr_assert(le(sz, count, there), "%s has %zu units after 30 s", folder, there);
}

bool trial_is_long(void) { return getenv("MNTK_LONG") != NULL; }

size_t trial_random(unsigned long long *state, size_t limit) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(*state >> 33) % limit;
}
