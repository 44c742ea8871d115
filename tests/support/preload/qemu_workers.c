/* qemu_workers: execve for tests that were built for another processor and are run by QEMU.
 * Criterion starts its workers by the path of the tests themselves, which this processor cannot
 * run; QEMU runs these too. Linked into the tests by other_processors.sh.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int execve(const char *path, char *const argv[], char *const envp[]) {
    char self[PATH_MAX] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) > 0 && strcmp(path, self) == 0) {
        const char *const by_qemu[] = {"qemu-aarch64", "-0", argv[0], path, NULL};
        return (int)syscall(SYS_execve, "/usr/bin/qemu-aarch64", by_qemu, envp);
    }
    return (int)syscall(SYS_execve, path, argv, envp);
}
