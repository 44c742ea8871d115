#include "run/unit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <float.h>
#include <math.h>
#include <sha2.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COUNT = 12 };
static const double VALUES[COUNT] = {0.0, -0.0, 0.1, 1.0 / 3.0, -DBL_MAX, DBL_MIN, 4.9406564584124654e-324,
                                     1.0 + DBL_EPSILON, -1.2345678901234568e-300, INFINITY, -INFINITY, NAN};
static const char PRINT[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const unit_key KEY = {PRINT, 3, 7, COUNT};

static char folder[] = "build/test-tmp/unit/XXXXXX"; /* of this test alone */

static void prepare(void)
{
    cr_assert(eq(int, folder_make("build/test-tmp/unit"), OK));
    cr_assert(mkdtemp(folder) != NULL);
}

TestSuite(unit, .init = prepare);

/* folder/name, in one of four buffers in turn. */
static const char *in_folder(const char *name)
{
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static bool same_bits(const double *a, const double *b, size_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

/* The file of VALUES: the reference text, made by hand. */
static size_t file_by_hand(const char *head, const char *body, char *text)
{
    char both[4096], digest[SHA256_DIGEST_STRING_LENGTH];
    const int size = snprintf(both, sizeof both, "%s%s", head, body);
    SHA256Data((const uint8_t *)both, (size_t)size, digest);
    return (size_t)sprintf(text, "%ssha256 %s\n%s", head, digest, body);
}

static const char HEAD[] =
    "mntk-unit 1\nfingerprint 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
    "cell 3\nrepetition 7\ncount 12\ncore Haswell\n";
static const char BODY[] =
    "0\n-0\n0.10000000000000001\n0.33333333333333331\n-1.7976931348623157e+308\n2.2250738585072014e-308\n"
    "4.9406564584124654e-324\n1.0000000000000002\n-1.2345678901234568e-300\ninf\n-inf\nnan\n";

/* Two ways to the same bytes: the writer and the text of the format. */
Test(unit, format_is_the_one_described)
{
    char *bytes, expected[4096];
    size_t size;
    cr_assert(eq(int, unit_format(&KEY, "Haswell", VALUES, &bytes, &size), OK));
    cr_assert(eq(sz, size, file_by_hand(HEAD, BODY, expected)));
    cr_assert(eq(int, memcmp(bytes, expected, size), 0));
    free(bytes);
}

Test(unit, values_survive_to_the_bit)
{
    char *bytes, core[UNIT_CORE_SIZE];
    size_t size;
    double values[COUNT], signed_nan[COUNT];
    memcpy(signed_nan, VALUES, sizeof VALUES);
    signed_nan[COUNT - 1] = -NAN; /* becomes the NaN of <math.h> */
    cr_assert(eq(int, unit_format(&KEY, "SkylakeX", signed_nan, &bytes, &size), OK));
    cr_assert(eq(int, unit_parse(bytes, size, &KEY, values, core), OK), "%s", error_text());
    cr_assert(same_bits(values, VALUES, COUNT));
    cr_assert(eq(str, core, "SkylakeX"));
    free(bytes);
}

Test(unit, every_flipped_bit_and_every_cut_is_noticed)
{
    char *bytes, core[UNIT_CORE_SIZE];
    size_t size;
    double values[COUNT];
    cr_assert(eq(int, unit_format(&KEY, "Haswell", VALUES, &bytes, &size), OK));
    for (size_t i = 0; i < size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
            cr_assert(eq(int, unit_parse(bytes, size, &KEY, values, core), BAD_INPUT), "byte %zu bit %d", i, bit);
            bytes[i] = (char)(bytes[i] ^ (1 << bit));
        }
        cr_assert(eq(int, unit_parse(bytes, i, &KEY, values, core), BAD_INPUT), "cut at %zu", i);
    }
    cr_assert(eq(int, unit_parse(bytes, size, &KEY, values, core), OK), "%s", error_text());
    free(bytes);
}

Test(unit, another_unit_s_file_is_refused_with_the_reason)
{
    char other_print[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee";
    const unit_key others[] = {{other_print, 3, 7, COUNT}, {PRINT, 4, 7, COUNT}, {PRINT, 3, 8, COUNT},
                               {PRINT, 3, 7, 11}};
    const char *reasons[] = {"abcdee", "cell 4", "repetition 8", "count 11"};
    char text[4096], core[UNIT_CORE_SIZE];
    double values[COUNT];
    const size_t size = file_by_hand(HEAD, BODY, text);
    for (int i = 0; i < 4; i++) {
        cr_assert(eq(int, unit_parse(text, size, &others[i], values, core), BAD_INPUT));
        cr_assert(strstr(error_text(), reasons[i]) != NULL, "'%s' lacks '%s'", error_text(), reasons[i]);
    }
}

/* A right checksum does not make a text right that the writer never writes. */
Test(unit, only_the_writer_s_own_text_is_taken)
{
    static const unit_key one = {PRINT, 3, 7, 1};
    const char *bodies[] = {"", "\n", "1", " 1\n", "+1\n", "1.0\n", "1 \n", "0x1p0\n", "1e0\n", "infinity\n",
                            "nan(1)\n", "-nan\n",
                            "1\n1\n", "1\n\n", "1\r\n", "0.1\n", "0.100000000000000001\n", "1e999\n", "word\n",
                            "1111111111111111111111111111111111111111111111\n"};
    char head[256], text[4096], core[UNIT_CORE_SIZE];
    double value;
    snprintf(head, sizeof head, "mntk-unit 1\nfingerprint %s\ncell 3\nrepetition 7\ncount 1\ncore Haswell\n", PRINT);
    cr_assert(eq(int, unit_parse(text, file_by_hand(head, "1\n", text), &one, &value, core), OK), "%s", error_text());
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const size_t size = file_by_hand(head, bodies[i], text);
        cr_assert(eq(int, unit_parse(text, size, &one, &value, core), BAD_INPUT), "'%s' was taken", bodies[i]);
    }
}

/* Bytes at random, some with parts of a right file: refused, and never read beyond (the buffer ends where they do). */
Test(unit, arbitrary_bytes_are_refused)
{
    char text[4096], core[UNIT_CORE_SIZE];
    double values[COUNT];
    const size_t whole = file_by_hand(HEAD, BODY, text);
    uint64_t state = 1;
    for (int trial = 0; trial < 5000; trial++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const size_t size = (size_t)(state >> 33) % whole, kept = (size_t)(state >> 17) % (size + 1);
        unsigned char *bytes = malloc(size ? size : 1);
        cr_assert(bytes != NULL);
        memcpy(bytes, text, kept);
        for (size_t i = kept; i < size; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (unsigned char)(state >> 56);
        }
        cr_assert(eq(int, unit_parse((const char *)bytes, size, &KEY, values, core), BAD_INPUT));
        free(bytes);
    }
}

Test(unit, core_must_be_a_word)
{
    char *bytes, longest[UNIT_CORE_SIZE + 1];
    size_t size;
    memset(longest, 'x', UNIT_CORE_SIZE);
    longest[UNIT_CORE_SIZE] = '\0';
    cr_assert(eq(int, unit_format(&KEY, "", VALUES, &bytes, &size), FAILED));
    cr_assert(eq(int, unit_format(&KEY, "two words", VALUES, &bytes, &size), FAILED));
    cr_assert(eq(int, unit_format(&KEY, longest, VALUES, &bytes, &size), FAILED));
    cr_assert(eq(int, unit_format(&KEY, longest + 1, VALUES, &bytes, &size), OK));
    free(bytes);
}

Test(unit, file_is_whole_missing_or_damaged)
{
    double values[COUNT];
    char core[UNIT_CORE_SIZE];
    const char *path = in_folder("a/b/0003-0007.unit");
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_MISSING));
    cr_assert(eq(int, unit_write(path, &KEY, "Zen", VALUES), OK), "%s", error_text());
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_WHOLE));
    cr_assert(same_bits(values, VALUES, COUNT));
    cr_assert(eq(int, truncate(path, 300), 0));
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_DAMAGED));
    cr_assert(strstr(error_text(), path) != NULL && strstr(error_text(), "checksum") != NULL, "%s", error_text());
    cr_assert(eq(int, truncate(path, 1 << 20), 0));
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_DAMAGED));
    cr_assert(eq(int, truncate(path, 0), 0));
    cr_assert(eq(int, unit_read(path, &KEY, values, core), UNIT_DAMAGED));
    cr_assert(eq(int, unit_read(folder, &KEY, values, core), UNIT_DAMAGED));
}

/* --- whole files --- */

static void content_expect(const char *path, const char *expected)
{
    char *bytes;
    size_t size;
    cr_assert(eq(int, file_read_whole(path, 1000, &bytes, &size), OK), "%s", error_text());
    cr_assert(eq(str, bytes, (char *)expected));
    cr_assert(eq(sz, size, strlen(expected)));
    free(bytes);
}

Test(unit, file_is_replaced_whole)
{
    const char *path = in_folder("x/y/file");
    cr_assert(eq(int, file_write_whole(path, "first text", 10), OK), "%s", error_text());
    content_expect(path, "first text");
    cr_assert(eq(int, file_write_whole(path, "new", 3), OK));
    content_expect(path, "new");
    cr_assert(eq(int, file_write_whole(path, "", 0), OK));
    content_expect(path, "");
}

Test(unit, link_is_followed)
{
    const char *target = in_folder("target"), *link = in_folder("link");
    struct stat found;
    cr_assert(eq(int, file_write_whole(target, "old", 3), OK));
    cr_assert(eq(int, symlink("target", link), 0));
    cr_assert(eq(int, file_write_whole(link, "new", 3), OK), "%s", error_text());
    content_expect(target, "new");
    cr_assert(lstat(link, &found) == 0 && S_ISLNK(found.st_mode));
}

Test(unit, what_is_no_file_is_refused)
{
    char *bytes;
    size_t size;
    struct stat found;
    const char *pipe = in_folder("pipe");
    cr_assert(eq(int, mkfifo(pipe, 0666), 0));
    cr_assert(eq(int, file_write_whole(pipe, "x", 1), FAILED));
    cr_assert(eq(int, file_read_whole(pipe, 10, &bytes, &size), BAD_INPUT));
    cr_assert(eq(int, file_write_whole(folder, "x", 1), FAILED));
    cr_assert(eq(int, file_read_whole(folder, 10, &bytes, &size), BAD_INPUT));
    cr_assert(eq(int, file_write_whole("/dev/null", "x", 1), FAILED)); /* a privileged user would lose the device */
    cr_assert(stat("/dev/null", &found) == 0 && S_ISCHR(found.st_mode));
}

Test(unit, reading_stops_at_the_limit)
{
    char *bytes;
    size_t size;
    const char *path = in_folder("file");
    cr_assert(eq(int, file_write_whole(path, "12345", 5), OK));
    cr_assert(eq(int, file_read_whole(path, 4, &bytes, &size), BAD_INPUT));
    cr_assert(eq(int, file_read_whole(path, 5, &bytes, &size), OK));
    free(bytes);
    cr_assert(eq(int, file_read_whole(in_folder("none"), 5, &bytes, &size), BAD_INPUT));
    cr_assert(strstr(error_text(), "No such file") != NULL, "%s", error_text());
}

Test(unit, folder_under_a_file_is_refused)
{
    const char *file = in_folder("file");
    cr_assert(eq(int, file_write_whole(file, "x", 1), OK));
    cr_assert(eq(int, folder_make(file), FAILED));
    cr_assert(eq(int, file_write_whole(in_folder("file/sub/name"), "x", 1), FAILED));
    cr_assert(strstr(error_text(), "Not a directory") != NULL, "%s", error_text());
    content_expect(file, "x");
    cr_assert(eq(int, folder_make(in_folder("a//b/")), OK), "%s", error_text());
    cr_assert(eq(int, access(in_folder("a/b"), W_OK), 0));
    cr_assert(eq(int, folder_make("/"), OK));
}

/* A disk that is full: no file may grow beyond 10 bytes. The old content stays, nothing is left behind. */
Test(unit, full_disk_leaves_what_was_there)
{
    const char *path = in_folder("alone/file");
    cr_assert(eq(int, file_write_whole(path, "old", 3), OK));
    const struct rlimit limit = {10, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &limit), 0));
    char text[5000] = "";
    cr_assert(eq(int, file_write_whole(path, text, sizeof text), FAILED));
    cr_assert(strstr(error_text(), path) != NULL && strstr(error_text(), "too large") != NULL, "%s", error_text());
    content_expect(path, "old");
    cr_assert(eq(int, unlink(path), 0));
    cr_assert(eq(int, rmdir(in_folder("alone")), 0), "something was left behind");
}
