/* processor: a refusal to start on a processor that lacks instructions the program was built for,
 * in place of a SIGILL somewhere, or in memory where OpenBLAS would hang. It runs before main, on
 * every processor: the Makefile builds this file alone without -march, and gives it as NEEDED what
 * the rest was built for: NEED_X86(avx2) ..., or NEED_ARM(SVE) ...
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#ifdef __aarch64__
#include <sys/auxv.h>
#define OLDEST "armv8-a"
#else
#define OLDEST "x86-64"
#endif

enum { EXIT_FAILED = 1, EXIT_WRONG_USE = 2 }; /* as of every program */

/* --- memory --- */

/* Seconds of processor time that loading the libraries may take: it takes hundredths. */
enum { PATIENCE = 1 };
enum { LEAST_FILE = 4096 }; /* bytes of the file of LLVM's OpenMP, and more */
static bool watched;

static void say_and_end(char *line, size_t length) {
    const struct iovec parts[] = {
        {program_invocation_short_name, strlen(program_invocation_short_name)}, {line, length}};
    const ssize_t written = writev(STDERR_FILENO, parts, 2);
    (void)written; /* there is nobody else to tell */
    _exit(EXIT_FAILED);
}

static void say_no_room(int signal) {
    (void)signal;
    static char line[] = ": OpenBLAS needs a buffer while it is loaded and finds no room for it; "
                         "raise the limit of memory (ulimit -v, -d)\n";
    say_and_end(line, sizeof line - 1);
}

static void set_watch(int seconds) {
    const struct itimerval left = {.it_value = {.tv_sec = seconds}};
    signal(SIGPROF, seconds > 0 ? say_no_room : SIG_DFL);
    setitimer(ITIMER_PROF, &left, NULL);
    watched = seconds > 0;
}

/* Debian 13's OpenBLAS takes a buffer while it is loaded, and where it finds no room it
 * looks for it forever. */
static void watch_loading(void) {
    struct rlimit space, data;
    if (getrlimit(RLIMIT_AS, &space) == 0 && getrlimit(RLIMIT_DATA, &data) == 0 &&
        (space.rlim_cur != RLIM_INFINITY || data.rlim_cur != RLIM_INFINITY)) {
        set_watch(PATIENCE);
    }
}

/* LLVM's OpenMP writes a file in memory when it is first called, and dies where it may not. */
static void refuse_no_files(void) {
#ifdef __clang__
    static char line[] =
        ": the file of the OpenMP library cannot be written: File too large; raise "
        "the limit of file sizes (ulimit -f)\n";
    struct rlimit files;
    if (getrlimit(RLIMIT_FSIZE, &files) == 0 && files.rlim_cur < LEAST_FILE) {
        say_and_end(line, sizeof line - 1);
    }
#endif
}

static void look_at_limits(void) {
    refuse_no_files();
    watch_loading();
}

/* Before the libraries are initialised. */
__attribute__((section(".preinit_array"),
               used)) static void (*const before_libraries)(void) = look_at_limits;

/* --- instructions --- */

#define NEED_X86(name) \
    if (!__builtin_cpu_supports(#name)) { return #name; }
#define NEED_ARM(name) \
    if (!(getauxval(AT_HWCAP) & HWCAP_##name)) { return #name; }

/* An instruction set that the program was built for and this processor lacks; NULL: none. */
static const char *missing_instructions(void) {
#ifdef __x86_64__
    __builtin_cpu_init();
#endif
    NEEDED
    return NULL;
}

__attribute__((constructor(101))) static void refuse_processor(void) {
    if (watched) { set_watch(0); }
    const char *missing = missing_instructions();
    if (missing) {
        dprintf(STDERR_FILENO,
                "%s: was built for a processor with %s, which this one lacks; build it again on "
                "this machine (make), or for all of them (make ARCH=" OLDEST ")\n",
                program_invocation_short_name, missing);
        _exit(EXIT_WRONG_USE);
    }
}
