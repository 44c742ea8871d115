/* Any bytes as a .npz: arrays (io/npy.h) and the data set made of them (model/dataset.h).
 *
 * The first two bytes are a number k. With k = 0 the rest is the archive; otherwise its first k
 * bytes and what follows are the members features and labels of a sound archive: checksums, which
 * no fuzzer guesses, are then right and the headers of the arrays are reached.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <zip.h>

#include "model/dataset.h"
#include "io/npy.h"

/* The archive of the two members as bytes, to be freed; NULL: no memory. */
static void *archive(const uint8_t *bytes, size_t size, size_t cut, size_t *length) {
    zip_error_t error;
    zip_stat_t facts;
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = target ? zip_open_from_source(target, ZIP_TRUNCATE, &error) : NULL;
    if (!zip) { return NULL; }
    zip_source_keep(target);
    zip_file_add(zip, "features.npy", zip_source_buffer(zip, bytes, cut, 0), 0);
    zip_file_add(zip, "labels.npy", zip_source_buffer(zip, bytes + cut, size - cut, 0), 0);
    for (zip_uint64_t k = 0; k < 2; k++) { zip_set_file_compression(zip, k, ZIP_CM_STORE, 0); }
    void *whole = NULL;
    if (zip_close(zip) == 0 && zip_source_stat(target, &facts) == 0 &&
        zip_source_open(target) == 0) {
        *length = (size_t)facts.size;
        whole = malloc(*length);
        if (whole && zip_source_read(target, whole, *length) != (zip_int64_t)*length) { abort(); }
        zip_source_close(target);
    }
    zip_source_free(target);
    return whole;
}

static void check_array(const char *path, const char *name) {
    npy_array array;
    if (npz_read(path, name, &array) != OK) {
        promise_line();
        promise(!array.values && array.count == 0, "a refused array is empty");
        return;
    }
    size_t count = 1;
    for (int r = 0; r < NPY_MAX_RANK; r++) { count *= array.shape[r]; }
    promise(array.rank >= 0 && array.rank <= NPY_MAX_RANK, "the rank is what fits");
    promise(count == array.count, "the count is the product of the shape");
    double sum = 0;
    for (size_t k = 0; k < array.count; k++) {
        sum += array.values[k]; /* the sanitizer looks whether they are there */
    }
    promise(array.type[0] == 'f' || isfinite(sum), "integers are finite");
    promise(npz_has(path, name), "what was read is there");
    npy_free(&array);
}

static void check_data(const char *path) {
    dataset data;
    if (dataset_load(path, 0, &data) != OK) {
        promise_line();
        promise(!data.X && !data.Y, "a refused data set is empty");
        return;
    }
    for (size_t i = 0; i < data.n; i++) {
        double square = 0;
        for (size_t k = 0; k < data.d; k++) {
            square += data.X[i * data.d + k] * data.X[i * data.d + k];
        }
        for (size_t k = 0; k < data.q; k++) {
            promise(fabs(data.Y[i * data.q + k]) <= 1, "labels are at most 1");
        }
        promise(fabs(square - 1) <= 1e-12, "rows have norm 1");
    }
    promise(data.n == 1 || data.smallest_angle > 0, "no two rows are the same");
    dataset_free(&data);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    enum { HEAD = 2 };
    if (size < HEAD) { return 0; }
    const size_t rest = size - HEAD, cut = bytes[0] | (size_t)bytes[1] << 8;
    const char *path;
    if (cut == 0) {
        path = fuzz_file(bytes + HEAD, rest);
    } else {
        size_t length = 0;
        void *whole = archive(bytes + HEAD, rest, cut < rest ? cut : rest, &length);
        if (!whole) { return 0; }
        path = fuzz_file(whole, length);
        free(whole);
    }
    check_array(path, "features");
    check_array(path, "labels");
    check_data(path);
    return 0;
}
