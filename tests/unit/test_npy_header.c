/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/npy_header.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static status parse(const char *text, npy_header *header) {
    return npy_header_parse("here", text, strlen(text), header);
}

/* One array, written in all the ways that Python's literals allow. */
Test(npy_header, accepts_any_spelling) {
    static const char *const texts[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 64), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 64)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 64,), }",
        "{\"shape\":(1000,64),\"descr\":\"<f4\",\"fortran_order\":False}",
        "  {\t'fortran_order' :False ,\n'shape': ( 1000 , 64 ) , 'descr' : '<f4' , }  \r\n\n",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000L, 64L), }",
    };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        npy_header header;
        cr_assert(eq(int, parse(texts[k], &header), OK), "%s: %s", texts[k], error_text());
        cr_assert(eq(str, header.type, "f4"));
        cr_assert(eq(sz, header.item, 4));
        cr_assert(not(header.fortran));
        cr_assert(eq(int, header.rank, 2));
        cr_assert(eq(sz, header.shape[0], 1000));
        cr_assert(eq(sz, header.shape[1], 64));
        cr_assert(eq(sz, header.shape[2], 1));
        cr_assert(eq(sz, header.shape[3], 1));
        cr_assert(eq(sz, header.count, 64000));
    }
}

Test(npy_header, accepts_every_type) {
    static const struct {
        const char *text, *type;
        size_t item;
    } cases[] = {{"<f4", "f4", 4}, {"<f8", "f8", 8}, {"|i1", "i1", 1}, {"<i2", "i2", 2},
                 {"<i4", "i4", 4}, {"<i8", "i8", 8}, {"|u1", "u1", 1}, {"<u1", "u1", 1},
                 {"<u2", "u2", 2}, {"<u4", "u4", 4}, {"<u8", "u8", 8}, {"|b1", "b1", 1}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[128];
        npy_header header;
        snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': True, 'shape': (3,), }",
                 cases[k].text);
        cr_assert(eq(int, parse(text, &header), OK), "%s: %s", text, error_text());
        cr_assert(eq(str, header.type, (char *)cases[k].type));
        cr_assert(eq(sz, header.item, cases[k].item));
        cr_assert(header.fortran);
    }
}

Test(npy_header, accepts_rank_0_to_4) {
    static const char *const shapes[] = {"()", "(2,)", "(2, 3)", "(2, 3, 5)", "(2, 3, 5, 7)"};
    static const size_t counts[] = {1, 2, 6, 30, 210};
    for (int rank = 0; rank <= NPY_MAX_RANK; rank++) {
        char text[128];
        npy_header header;
        snprintf(text, sizeof text, "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }",
                 shapes[rank]);
        cr_assert(eq(int, parse(text, &header), OK), "%s: %s", text, error_text());
        cr_assert(eq(int, header.rank, rank));
        cr_assert(eq(sz, header.count, counts[rank]));
    }
}

/* Each header is refused for its own reason, which the line names. */
Test(npy_header, refuses) {
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"", "{ expected"},
        {"[]", "{ expected"},
        {"{", "a key in quotes expected"},
        {"{}", "each of the keys"},
        {"{'descr': '<f4', 'fortran_order': False, }", "each of the keys"},
        {"{'descr': '<f4', 'shape': (3,), }", "each of the keys"},
        {"{'fortran_order': False, 'shape': (3,), }", "each of the keys"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
         "each key once"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'extra': 1, }",
         "one of the keys"},
        {"{'descr' '<f4', 'fortran_order': False, 'shape': (3,), }", "a colon"},
        {"{'descr': '<f4' 'fortran_order': False, 'shape': (3,), }", "a comma or }"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } x", "the end"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), ", "a key in quotes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,)", "a comma or }"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,", "a length"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3", "a comma"},
        {"{'descr': '<f4, 'fortran_order': False, 'shape': (3,), }", "dtype '<f4, ' is not taken"},
        {"{'descr': 4, 'fortran_order': False, 'shape': (3,), }", "a dtype"},
        {"{'descr': '', 'fortran_order': False, 'shape': (3,), }", "dtype '' is not taken"},
        {"{'descr': '<f\\x34', 'fortran_order': False, 'shape': (3,), }", "a dtype"},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (3,), }", "True or False"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': 3, }", "a shape such as"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3), }", "a comma"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3 4), }", "a comma"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (,), }", "a length"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3.0,), }", "a comma"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }", "negative"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1), }",
         "more than 4 dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616,), }",
         "beyond 64 bits"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551615,), }",
         "can be addressed"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
         "can be addressed"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2305843009213693952,), }",
         "can be addressed"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1152921504606846976,), }",
         "can be addressed"},
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (3,), }",
         "big-endian; convert it with .astype('<f4')"},
        {"{'descr': '>i8', 'fortran_order': False, 'shape': (3,), }", "big-endian"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", "Python objects"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }", "dtype '<c8' is not taken"},
        {"{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }", "dtype '<f2' is not taken"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (3,), }", "dtype '<f16' is not taken"},
        {"{'descr': '|f4', 'fortran_order': False, 'shape': (3,), }", "dtype '|f4' is not taken"},
        {"{'descr': '<U7', 'fortran_order': False, 'shape': (3,), }", "dtype '<U7' is not taken"},
        {"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (3,), }", "is not taken"},
        {"{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (3,), }",
         "structured"},
        {"{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (3,), }", "structured"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        npy_header header;
        cr_assert(eq(int, parse(cases[k].text, &header), BAD_INPUT), "%s", cases[k].text);
        cr_assert(strstr(error_text(), cases[k].reason) != NULL, "%s: %s", cases[k].text,
                  error_text());
        cr_assert(eq(int, strncmp(error_text(), "here: ", 6), 0), "%s", error_text());
        cr_assert(strpbrk(error_text(), "\r\n") == NULL, "%s", error_text());
    }
}

/* A zero byte is neither white space nor the end. */
Test(npy_header, refuses_zero_bytes) {
    static const char text[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\0";
    npy_header header;
    cr_assert(eq(int, npy_header_parse("here", text, sizeof text - 2, &header), OK), "%s",
              error_text());
    cr_assert(eq(int, npy_header_parse("here", text, sizeof text - 1, &header), BAD_INPUT));
    for (size_t at = 0; at < sizeof text - 2; at++) {
        char copy[sizeof text];
        memcpy(copy, text, sizeof text);
        copy[at] = '\0';
        cr_assert(eq(int, npy_header_parse("here", copy, sizeof text - 2, &header), BAD_INPUT),
                  "byte %zu", at);
    }
}

/* Every beginning of a header, in memory that ends with it, is refused without reading on. */
Test(npy_header, refuses_beginnings) {
    static const char text[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}";
    for (size_t length = 0; length < sizeof text - 1; length++) {
        char *copy = malloc(length + (length == 0));
        cr_assert(copy != NULL);
        memcpy(copy, text, length);
        npy_header header;
        cr_assert(eq(int, npy_header_parse("here", copy, length, &header), BAD_INPUT), "length %zu",
                  length);
        free(copy);
    }
}

/* What is written is NumPy's text, of a length that is a multiple of 64, and reads back as it was.
 */
Test(npy_header, writes_what_it_reads) {
    static const char *const dicts[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 2), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 2, 3), }",
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 2, 3, "
         "18446744073709551615), }"),
    };
    for (int rank = 0; rank <= NPY_MAX_RANK; rank++) {
        npy_output array = {.type = "f8", .rank = rank, .shape = {SIZE_MAX, 2, 3, SIZE_MAX}};
        char text[NPY_HEADER_ROOM];
        size_t length = npy_header_write(&array, text);
        cr_assert(eq(sz, length % 64, 0));
        cr_assert(eq(int, memcmp(text, "\x93NUMPY\x01\x00", 8), 0));
        cr_assert(eq(sz, (size_t)(unsigned char)text[8] + 256 * (size_t)(unsigned char)text[9],
                     length - 10));
        cr_assert(eq(int, strncmp(text + 10, dicts[rank], strlen(dicts[rank])), 0), "rank %d",
                  rank);
        cr_assert(eq(int, text[length - 1], '\n'));
        for (size_t k = 10 + strlen(dicts[rank]); k < length - 1; k++) {
            cr_assert(eq(int, text[k], ' '));
        }

        npy_header header;
        array.shape[0] = 5;
        array.shape[3] = 7;
        length = npy_header_write(&array, text);
        cr_assert(eq(int, npy_header_parse("here", text + 10, length - 10, &header), OK), "%s",
                  error_text());
        cr_assert(eq(int, header.rank, rank));
        for (int r = 0; r < rank; r++) { cr_assert(eq(sz, header.shape[r], array.shape[r])); }
    }
}
