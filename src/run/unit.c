#include "run/unit.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <sha2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEADER_SIZE = 512,  /* the lines above sha256 have at most 250 bytes */
    VALUE_SIZE = 26,    /* "-1.2345678901234567e-308\n" and a 0 byte */
    SUM_LINE_SIZE = sizeof "sha256 \n" - 1 + SHA256_DIGEST_STRING_LENGTH - 1
};

/* ---------------- whole files ---------------- */

status folder_make(const char *path)
{
    char *part = strdup(path);
    if (!part) {
        return fail(FAILED, "%s: no memory for the folder's name", path);
    }
    int error = 0;
    for (char *end = part; *end && !error; ) {
        end += strspn(end, "/");
        end += strcspn(end, "/");
        const char separator = *end;
        *end = '\0';
        struct stat found;
        if (mkdir(part, 0777) != 0 && stat(part, &found) != 0) {
            error = errno;
        } else if (stat(part, &found) == 0 && !S_ISDIR(found.st_mode)) {
            error = ENOTDIR;
        }
        *end = separator;
    }
    free(part);
    if (error) {
        return fail(FAILED, "%s: the folder cannot be made: %s; choose another with --out", path, strerror(error));
    }
    return OK;
}

/* Makes the folder that `path` lies in. */
static status folder_of_make(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) {
        return OK;
    }
    char *folder = strndup(path, (size_t)(slash - path));
    if (!folder) {
        return fail(FAILED, "%s: no memory for the folder's name", path);
    }
    const status code = folder_make(folder);
    free(folder);
    return code;
}

/* Creates or empties `path` and writes all bytes; 0 or errno. */
static int bytes_write(const char *path, const char *bytes, size_t size)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        return errno;
    }
    int error = 0;
    for (size_t done = 0; done < size && !error; ) {
        const ssize_t written = write(file, bytes + done, size - done);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno != EINTR) {
            error = errno;
        }
    }
    if (close(file) != 0 && !error) {
        error = errno;
    }
    return error;
}

/* The name to rename to: where a link points; NULL and errno if that is not a regular file or there is no memory. */
static char *target_of(const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        return strdup(path);
    }
    if (!S_ISREG(found.st_mode)) {
        errno = S_ISDIR(found.st_mode) ? EISDIR : EINVAL;
        return NULL;
    }
    return realpath(path, NULL);
}

/* Host, process and thread in the temporary name: machines that share a folder, and the threads of one process, never
 * write to the same one. Returns 0 or errno; a temporary file is never left behind. */
static int write_and_rename(const char *path, const char *bytes, size_t size)
{
    char host[HOST_NAME_MAX + 1] = "";
    if (gethostname(host, sizeof host - 1) != 0) {
        return errno;
    }
    char *target = target_of(path);
    if (!target) {
        return errno;
    }
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.tmp-%s-%ld-%ld", target, host, (long)getpid(), (long)gettid()) < 0) {
        free(target);
        return ENOMEM;
    }
    int error = bytes_write(temporary, bytes, size);
    if (!error && rename(temporary, target) != 0) {
        error = errno;
    }
    if (error) {
        unlink(temporary); /* may not exist; the error to report is the first one */
    }
    free(temporary);
    free(target);
    return error;
}

status file_write_whole(const char *path, const void *bytes, size_t size)
{
    const status code = folder_of_make(path);
    if (code != OK) {
        return code;
    }
    const int error = write_and_rename(path, bytes, size);
    if (error) {
        return fail(FAILED, "%s: cannot be written: %s; make room or choose another place with --out", path,
                    error == EINVAL ? "it is not a regular file" : strerror(error));
    }
    return OK;
}

/* Reads `size` bytes; 0 or errno, ENODATA when the file is shorter. */
static int bytes_read(int file, char *bytes, size_t size)
{
    for (size_t done = 0; done < size; ) {
        const ssize_t got = read(file, bytes + done, size - done);
        if (got == 0) {
            return ENODATA;
        }
        if (got > 0) {
            done += (size_t)got;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

status file_read_whole(const char *path, size_t limit, char **bytes, size_t *size)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* opening a pipe must not wait */
    if (file < 0) {
        return fail(BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    struct stat found;
    status code = OK;
    char *text = NULL;
    if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) {
        code = fail(BAD_INPUT, "%s: cannot be read: it is not a regular file", path);
    } else if ((uintmax_t)found.st_size > limit) {
        code = fail(BAD_INPUT, "%s: has %jd bytes, at most %zu can be right", path, (intmax_t)found.st_size, limit);
    } else if (!(text = allocate((size_t)found.st_size + 1, 1, path))) {
        code = FAILED;
    } else {
        const int error = bytes_read(file, text, (size_t)found.st_size);
        if (error) {
            code = fail(BAD_INPUT, "%s: cannot be read: %s", path, strerror(error));
        }
    }
    close(file); /* nothing was written: its result has no bearing */
    if (code != OK) {
        free(text);
        return code;
    }
    *bytes = text;
    *size = (size_t)found.st_size;
    return OK;
}

/* ---------------- the file of a unit ---------------- */

static bool core_is_valid(const char *core, size_t length)
{
    bool valid = length >= 1 && length < UNIT_CORE_SIZE;
    for (size_t i = 0; valid && i < length; i++) {
        valid = isgraph((unsigned char)core[i]) != 0;
    }
    return valid;
}

/* SHA-256 of `before` followed by `after`, as 64 hex digits. */
static void checksum(const char *before, size_t before_size, const char *after, size_t after_size,
                     char digest[SHA256_DIGEST_STRING_LENGTH])
{
    SHA2_CTX sha;
    SHA256Init(&sha);
    SHA256Update(&sha, (const uint8_t *)before, before_size);
    SHA256Update(&sha, (const uint8_t *)after, after_size);
    SHA256End(&sha, digest);
}

/* Writes the value's line at `text` (VALUE_SIZE bytes); returns its length. */
static size_t value_format(double value, char *text)
{
    return (size_t)snprintf(text, VALUE_SIZE, "%.17g\n", isnan(value) ? NAN : value);
}

status unit_format(const unit_key *key, const char *core, const double *values, char **bytes, size_t *size)
{
    if (!core_is_valid(core, strlen(core))) {
        return fail(FAILED, "the processor's name '%s' is not one word of at most %d bytes", core, UNIT_CORE_SIZE - 1);
    }
    if (key->count > SIZE_MAX / VALUE_SIZE - HEADER_SIZE) {
        return fail(FAILED, "a unit of %zu values is more than can be addressed", key->count);
    }
    char *text = allocate(key->count * VALUE_SIZE + HEADER_SIZE + SUM_LINE_SIZE, 1, "text of a unit");
    if (!text) {
        return FAILED;
    }
    const size_t header = (size_t)snprintf(
        text, HEADER_SIZE, "mntk-unit 1\nfingerprint %s\ncell %zu\nrepetition %zu\ncount %zu\ncore %s\n",
        key->fingerprint, key->cell, key->repetition, key->count, core);
    if (header >= HEADER_SIZE) {
        free(text);
        return fail(FAILED, "the fingerprint '%s' is not 64 hex digits", key->fingerprint);
    }
    char *body = text + header + SUM_LINE_SIZE;
    char *end = body;
    for (size_t i = 0; i < key->count; i++) {
        end += value_format(values[i], end);
    }
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
static bool line_next(reader *r, const char **text, size_t *length)
{
    const char *feed = r->at < r->end ? memchr(r->at, '\n', (size_t)(r->end - r->at)) : NULL;
    if (!feed) {
        return false;
    }
    *text = r->at;
    *length = (size_t)(feed - r->at);
    r->at = feed + 1;
    return true;
}

/* Takes the next line off; BAD_INPUT unless it is what the format says. */
__attribute__((format(printf, 2, 3))) static status line_expect(reader *r, const char *format, ...)
{
    char expected[128];
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(expected, sizeof expected, format, arguments);
    va_end(arguments);
    const char *text;
    size_t length;
    if (!line_next(r, &text, &length) || length != (size_t)size || memcmp(text, expected, length) != 0) {
        return fail(BAD_INPUT, "its line '%s' is missing or different", expected);
    }
    return OK;
}

/* Takes the line "core <word>" off. */
static status core_read(reader *r, char core[UNIT_CORE_SIZE])
{
    static const char word[] = "core ";
    const size_t skip = sizeof word - 1;
    const char *text;
    size_t length;
    if (!line_next(r, &text, &length) || length < skip || memcmp(text, word, skip) != 0
        || !core_is_valid(text + skip, length - skip)) {
        return fail(BAD_INPUT, "its line 'core' is missing or broken");
    }
    memcpy(core, text + skip, length - skip);
    core[length - skip] = '\0';
    return OK;
}

/* Takes one value off: a line that is its value printed, digit by digit. */
static status value_read(reader *r, double *value)
{
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

status unit_parse(const char *bytes, size_t size, const unit_key *key, double *values, char core[UNIT_CORE_SIZE])
{
    reader r = {bytes, bytes + size};
    status code = line_expect(&r, "mntk-unit 1");
    code = code != OK ? code : line_expect(&r, "fingerprint %s", key->fingerprint);
    code = code != OK ? code : line_expect(&r, "cell %zu", key->cell);
    code = code != OK ? code : line_expect(&r, "repetition %zu", key->repetition);
    code = code != OK ? code : line_expect(&r, "count %zu", key->count);
    code = code != OK ? code : core_read(&r, core);
    if (code != OK) {
        return code;
    }
    const size_t header = (size_t)(r.at - bytes);
    if (size - header < SUM_LINE_SIZE) {
        return fail(BAD_INPUT, "it ends before its checksum");
    }
    char digest[SHA256_DIGEST_STRING_LENGTH];
    checksum(bytes, header, r.at + SUM_LINE_SIZE, size - header - SUM_LINE_SIZE, digest);
    if (line_expect(&r, "sha256 %s", digest) != OK) {
        return fail(BAD_INPUT, "its checksum does not match");
    }
    for (size_t i = 0; i < key->count && code == OK; i++) {
        code = value_read(&r, &values[i]);
    }
    if (code == OK && r.at != r.end) {
        code = fail(BAD_INPUT, "it goes on after its %zu values", key->count);
    }
    return code;
}

status unit_write(const char *path, const unit_key *key, const char *core, const double *values)
{
    char *bytes;
    size_t size;
    status code = unit_format(key, core, values, &bytes, &size);
    if (code == OK) {
        code = file_write_whole(path, bytes, size);
        free(bytes);
    }
    return code;
}

unit_state unit_read(const char *path, const unit_key *key, double *values, char core[UNIT_CORE_SIZE])
{
    if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return UNIT_MISSING;
    }
    char *bytes;
    size_t size;
    const size_t limit = key->count < SIZE_MAX / VALUE_SIZE - HEADER_SIZE
                             ? key->count * VALUE_SIZE + HEADER_SIZE : SIZE_MAX;
    if (file_read_whole(path, limit, &bytes, &size) != OK) {
        return UNIT_DAMAGED;
    }
    const status code = unit_parse(bytes, size, key, values, core);
    free(bytes);
    if (code != OK) {
        fail(code, "%s: %s", path, error_text());
        return UNIT_DAMAGED;
    }
    return UNIT_WHOLE;
}
