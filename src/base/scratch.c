/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/scratch.h"

#include <stdlib.h>

#include "base/error.h"

struct scratch_block {
    scratch_block *next;
    void *bytes;
};

void *scratch_take(scratch *s, size_t count, size_t size, const char *what) {
    scratch_block *block = malloc(sizeof *block);
    void *bytes = block ? allocate(count, size, what) : NULL;
    if (!bytes) {
        if (!block) { fail(FAILED, "no memory for %s", what); }
        free(block);
        s->failed = true;
        return NULL;
    }
    *block = (scratch_block){s->blocks, bytes};
    s->blocks = block;
    return bytes;
}

void scratch_free(scratch *s) {
    while (s->blocks) {
        scratch_block *next = s->blocks->next;
        free(s->blocks->bytes);
        free(s->blocks);
        s->blocks = next;
    }
    *s = (scratch){0};
}
