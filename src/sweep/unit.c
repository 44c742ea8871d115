#include "sweep/unit.h"

#include "io/file.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <sha2.h>
#include <stdarg.h>
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

/* SHA-256 of `before` followed by `after`, as 64 hex digits. */
static void checksum(const char *before, size_t before_size, const char *after, size_t after_size,
                     char digest[SHA256_DIGEST_STRING_LENGTH]) {
    SHA2_CTX sha;
    SHA256Init(&sha);
    SHA256Update(&sha, (const uint8_t *)before, before_size);
    SHA256Update(&sha, (const uint8_t *)after, after_size);
    SHA256End(&sha, digest);
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
    checksum(text, header, body, (size_t)(end - body), digest);
    memcpy(text + header, "sha256 ", 7);
    memcpy(text + header + 7, digest, sizeof digest - 1);
    body[-1] = '\n';
    *bytes = text;
    *size = (size_t)(end - text);
    return OK;
}

typedef struct {
    const char *at, *end; /* what is not read yet */
} reader;

/* Takes the next line off; false if no line feed follows. */
static bool line_next(reader *r, const char **text, size_t *length) {
    const char *feed = r->at < r->end ? memchr(r->at, '\n', (size_t)(r->end - r->at)) : NULL;
    if (!feed) { return false; }
    *text = r->at;
    *length = (size_t)(feed - r->at);
    r->at = feed + 1;
    return true;
}

/* Takes the next line off; BAD_INPUT unless it is what the format says. */
__attribute__((format(printf, 2, 3))) static status line_expect(reader *r, const char *format,
                                                                ...) {
    char expected[128];
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(expected, sizeof expected, format, arguments);
    va_end(arguments);
    const char *text;
    size_t length;
    if (!line_next(r, &text, &length) || length != (size_t)size ||
        memcmp(text, expected, length) != 0) {
        return fail(BAD_INPUT, "its line '%s' is missing or different", expected);
    }
    return OK;
}

/* Takes the line "core <word>" off. */
static status core_read(reader *r, char core[UNIT_CORE_SIZE]) {
    static const char word[] = "core ";
    const size_t skip = sizeof word - 1;
    const char *text;
    size_t length;
    if (!line_next(r, &text, &length) || length < skip || memcmp(text, word, skip) != 0 ||
        !core_is_valid(text + skip, length - skip)) {
        return fail(BAD_INPUT, "its line 'core' is missing or broken");
    }
    memcpy(core, text + skip, length - skip);
    core[length - skip] = '\0';
    return OK;
}

/* Takes one value off: a line that is its value printed, digit by digit. */
static status value_read(reader *r, double *value) {
    const char *text;
    size_t length;
    char line[VALUE_SIZE] = "", printed[VALUE_SIZE];
    if (!line_next(r, &text, &length) || length + 1 >= sizeof line) {
        return fail(BAD_INPUT, "a value is missing or too long");
    }
    memcpy(line, text, length + 1);
    *value = strtod(line, NULL);
    if (value_format(*value, printed) != length + 1 || memcmp(line, printed, length + 1) != 0) {
        return fail(BAD_INPUT, "a value is not a number with 17 digits");
    }
    return OK;
}

status unit_parse(const char *bytes, size_t size, const unit_key *key, double *values,
                  char core[UNIT_CORE_SIZE]) {
    reader r = {bytes, bytes + size};
    status code = line_expect(&r, "mntk-unit 1");
    code = code != OK ? code : line_expect(&r, "fingerprint %s", key->fingerprint);
    code = code != OK ? code : line_expect(&r, "cell %zu", key->cell);
    code = code != OK ? code : line_expect(&r, "repetition %zu", key->repetition);
    code = code != OK ? code : line_expect(&r, "count %zu", key->count);
    code = code != OK ? code : core_read(&r, core);
    if (code != OK) { return code; }
    const size_t header = (size_t)(r.at - bytes);
    if (size - header < SUM_LINE_SIZE) { return fail(BAD_INPUT, "it ends before its checksum"); }
    char digest[SHA256_DIGEST_STRING_LENGTH];
    checksum(bytes, header, r.at + SUM_LINE_SIZE, size - header - SUM_LINE_SIZE, digest);
    if (line_expect(&r, "sha256 %s", digest) != OK) {
        return fail(BAD_INPUT, "its checksum does not match");
    }
    for (size_t i = 0; i < key->count && code == OK; i++) { code = value_read(&r, &values[i]); }
    if (code == OK && r.at != r.end) {
        code = fail(BAD_INPUT, "it goes on after its %zu values", key->count);
    }
    return code;
}

status unit_write(const char *path, const unit_key *key, const char *core, const double *values) {
    char *bytes;
    size_t size;
    status code = unit_format(key, core, values, &bytes, &size);
    if (code == OK) {
        code = file_write_unsynced(path, bytes, size);
        free(bytes);
    }
    return code;
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
    const status code = unit_parse(bytes, size, key, values, core);
    free(bytes);
    if (code != OK) {
        fail(code, "%s: %s", path, error_text());
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
