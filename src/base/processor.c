/* processor: a refusal to start on a processor that lacks instructions the program was built for,
 * in place of a SIGILL somewhere. It runs before main, on every processor: the Makefile builds this
 * file alone without -march, and gives it as NEEDED what the rest was built for:
 * NEED_X86(avx2) ..., or NEED_ARM(SVE) ...
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#ifdef __aarch64__
#include <sys/auxv.h>
#define OLDEST "armv8-a"
#else
#define OLDEST "x86-64"
#endif

enum { EXIT_WRONG_USE = 2 }; /* as of programs that are given bad input */

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
    const char *missing = missing_instructions();
    if (missing) {
        dprintf(STDERR_FILENO,
                "%s: was built for a processor with %s, which this one lacks; build it again on "
                "this machine (make), or for all of them (make ARCH=" OLDEST ")\n",
                program_invocation_short_name, missing);
        _exit(EXIT_WRONG_USE);
    }
}
