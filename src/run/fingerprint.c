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
