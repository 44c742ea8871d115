/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/unit.h"

#include "io/file.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    HEADER_SIZE = 512, /* the lines above sha256 have at most 250 bytes */
    VALUE_SIZE = 26,   /* "-1.2345678901234567e-308\n" and a 0 byte */
    SUM_LINE_SIZE = sizeof "sha256 \n" - 1 + SHA256_DIGEST_STRING_LENGTH - 1
};

char *unit_path(const char *folder, const unit_key *key) {
    char *path;
    if (asprintf(&path, "%s/%04zu-%04zu.unit", folder, key->cell, key->repetition) < 0) {
        fail(FAILED, "%s: no memory for the name of a unit", folder);
        return NULL;
    }
    return path;
}

bool unit_name_read(const char *name, size_t *cell, size_t *repetition) {
    int length = 0;
    return sscanf(name, "%zu-%zu.unit%n", cell, repetition, &length) == 2 && length > 0 &&
           name[length] == '\0';
}

static bool core_is_valid(const char *core, size_t length) {
    bool valid = length >= 1 && length < UNIT_CORE_SIZE;
    for (size_t i = 0; valid && i < length; i++) { valid = isgraph((unsigned char)core[i]) != 0; }
    return valid;
}

/* Writes the value's line at `text` (VALUE_SIZE bytes); returns its length. */
static size_t value_format(double value, char *text) {
    return (size_t)snprintf(text, VALUE_SIZE, "%.17g\n", isnan(value) ? NAN : value);
}

status unit_format(const unit_key *key, const char *core, const double *values, char **bytes,
                   size_t *size) {
    if (!core_is_valid(core, strlen(core))) {
        return fail(FAILED, "the processor's name '%s' is not one word of at most %d bytes", core,
                    UNIT_CORE_SIZE - 1);
    }
    if (key->count > SIZE_MAX / VALUE_SIZE - HEADER_SIZE) {
        return fail(FAILED, "a unit of %zu values is more than can be addressed", key->count);
    }
    char *text =
        allocate(key->count * VALUE_SIZE + HEADER_SIZE + SUM_LINE_SIZE, 1, "text of a unit");
    if (!text) { return FAILED; }
    const size_t header = (size_t)snprintf(
        text, HEADER_SIZE,
        "mntk-unit 1\nfingerprint %s\ncell %zu\nrepetition %zu\ncount %zu\ncore %s\n",
        key->fingerprint, key->cell, key->repetition, key->count, core);
    if (header >= HEADER_SIZE) {
        free(text);
        return fail(FAILED, "the fingerprint '%s' is not 64 hex digits", key->fingerprint);
    }
    char *body = text + header + SUM_LINE_SIZE;
    char *end = body;
    for (size_t i = 0; i < key->count; i++) { end += value_format(values[i], end); }
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA2_CTX sha;
    SHA256Init(&sha);
    SHA256Update(&sha, (const uint8_t *)text, header);
    SHA256Update(&sha, (const uint8_t *)body, (size_t)(end - body));
    SHA256End(&sha, digest);
    memcpy(text + header, "sha256 ", 7);
    memcpy(text + header + 7, digest, sizeof digest - 1);
    body[-1] = '\n';
    *bytes = text;
    *size = (size_t)(end - text);
    return OK;
}

/* The number that the line at `at` begins with; where the next line is. */
static const char *value_read(const char *at, const char *end, double *value) {
    char line[VALUE_SIZE] = "";
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    const size_t length = (size_t)((feed ? feed : end) - at);
    memcpy(line, at, length < sizeof line ? length : sizeof line - 1);
    *value = strtod(line, NULL);
    return feed ? feed + 1 : end;
}

/* BAD_INPUT with the first line that differs, unless none does. expected ends with a 0 byte. */
static status text_expect(const char *bytes, size_t size, const char *expected, size_t length) {
    size_t same = 0;
    while (same < size && same < length && bytes[same] == expected[same]) { same++; }
    if (same == size && same == length) { return OK; }
    while (same > 0 && expected[same - 1] != '\n') { same--; }
    const char *line = expected + same;
    if (strncmp(line, "sha256 ", 7) == 0) { return fail(BAD_INPUT, "its checksum does not match"); }
    return fail(BAD_INPUT, "its line '%.*s' is missing or different", (int)strcspn(line, "\n"),
                line);
}

/* Core and values are read as they come; the text that they should have then decides. */
status unit_parse(const char *bytes, size_t size, const unit_key *key, double *values,
                  char core[UNIT_CORE_SIZE]) {
    static const char before[] = "\ncore ";
    const char *end = bytes + size;
    const char *word = memmem(bytes, size, before, sizeof before - 1);
    if (word) { word += sizeof before - 1; }
    const char *feed = word ? memchr(word, '\n', (size_t)(end - word)) : NULL;
    if (!feed || !core_is_valid(word, (size_t)(feed - word))) {
        return fail(BAD_INPUT, "its line 'core' is missing or broken");
    }
    snprintf(core, UNIT_CORE_SIZE, "%.*s", (int)(feed - word), word);
    const char *at = (size_t)(end - feed) > SUM_LINE_SIZE ? feed + 1 + SUM_LINE_SIZE : end;
    for (size_t i = 0; i < key->count; i++) { at = value_read(at, end, &values[i]); }
    char *expected;
    size_t length;
    status st = unit_format(key, core, values, &expected, &length);
    if (st != OK) { return st; }
    st = text_expect(bytes, size, expected, length);
    free(expected);
    return st;
}

status unit_write(const char *path, const unit_key *key, const char *core, const double *values) {
    char *bytes;
    size_t size;
    status st = unit_format(key, core, values, &bytes, &size);
    if (st == OK) {
        st = file_write_unsynced(path, bytes, size);
        free(bytes);
    }
    return st;
}

unit_state unit_read(const char *path, const unit_key *key, double *values,
                     char core[UNIT_CORE_SIZE]) {
    if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) { return UNIT_MISSING; }
    char *bytes;
    size_t size;
    const size_t limit = key->count < SIZE_MAX / VALUE_SIZE - HEADER_SIZE
                             ? key->count * VALUE_SIZE + HEADER_SIZE
                             : SIZE_MAX;
    if (file_read_whole(path, limit, &bytes, &size) != OK) { return UNIT_DAMAGED; }
    const status st = unit_parse(bytes, size, key, values, core);
    free(bytes);
    if (st != OK) {
        fail(st, "%s: %s", path, error_text());
        return UNIT_DAMAGED;
    }
    return UNIT_WHOLE;
}

void unit_core_add(char *cores, size_t size, const char *core) {
    const size_t length = strlen(core), used = strlen(cores);
    for (const char *at = cores; *at; at += strspn(at, ",")) {
        const size_t here = strcspn(at, ",");
        if (here == length && memcmp(at, core, length) == 0) { return; }
        at += here;
    }
    snprintf(cores + used, size - used, "%s%s", used ? "," : "", core);
}
