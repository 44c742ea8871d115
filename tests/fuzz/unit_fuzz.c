/* Any bytes as the file of a unit (sweep/unit.h): only what unit_format makes is taken.
 *
 * A first byte of 1 or more makes the rest the processor's name and the lines of values of a file
 * whose other lines and checksum are right; with 0 the rest is the file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz.h"

#include <sha2.h>

#include "sweep/unit.h"

enum { VALUES = 4, MOST = 1 << 16 };

static const unit_key key = {.fingerprint =
                                 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                             .cell = 3,
                             .repetition = 7,
                             .count = VALUES};

/* The rest of a file after the word "core ", with all that stands before it and the checksum;
 * returns its length. */
static size_t complete(const uint8_t *bytes, size_t size, char *text) {
    const uint8_t *feed = memchr(bytes, '\n', size);
    const size_t core = feed ? (size_t)(feed - bytes) + 1 : size;
    size_t used = (size_t)sprintf(
        text, "mntk-unit 1\nfingerprint %s\ncell %zu\nrepetition %zu\ncount %zu\ncore ",
        key.fingerprint, key.cell, key.repetition, key.count);
    memcpy(text + used, bytes, core);
    used += core;
    SHA2_CTX sha;
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA256Init(&sha);
    SHA256Update(&sha, (const uint8_t *)text, used);
    SHA256Update(&sha, bytes + core, size - core);
    SHA256End(&sha, digest);
    used += (size_t)sprintf(text + used, "sha256 %s\n", digest);
    memcpy(text + used, bytes + core, size - core);
    return used + size - core;
}

static void check_unit(const char *text, size_t size) {
    double values[VALUES];
    char core[UNIT_CORE_SIZE], *again;
    size_t length;
    if (unit_parse(text, size, &key, values, core) != OK) {
        promise_line();
        return;
    }
    promise(unit_format(&key, core, values, &again, &length) == OK, "what was read can be written");
    promise(length == size && memcmp(again, text, size) == 0, "what was read is what is written");
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static char text[MOST + 512];
    if (size == 0 || size > MOST) { return 0; }
    if (bytes[0] == 0) {
        char *copy =
            malloc(size - 1); /* of its own size, so that the sanitizer sees a step beyond it */
        if (!copy) { return 0; }
        memcpy(copy, bytes + 1, size - 1);
        check_unit(copy, size - 1);
        free(copy);
    } else {
        check_unit(text, complete(bytes + 1, size - 1, text));
    }
    return 0;
}
