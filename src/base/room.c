/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/room.h"

#include <dlfcn.h>
#include <omp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/memory.h"

/* Bytes of one buffer of OpenBLAS on processors of 64 bits, with what aligns it; and of a stack:
 * what this thread needs, and what others get. */
enum { BUFFER = (32 << 22) + (1 << 16), LEAST_STACK = 1 << 18, STACK = 1 << 23 };

int openblas_num_threads_env(void) { return 1; }

/* OpenBLAS's own routines, which its header does not name; a library without them takes its buffers
 * when it needs them. */
typedef struct {
    void *(*take)(int kind);
    void (*give_back)(void *buffer);
} buffer_routines;

/* --- stacks and threads --- */

/* This thread's stack grows up to the limit of the moment; the limit is the size of the others'
 * unless they are told one. */
static status try_stacks(void) {
    struct rlimit limit;
    pthread_attr_t attributes;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < STACK) {
        limit.rlim_cur = limit.rlim_max < STACK ? limit.rlim_max : STACK;
        setrlimit(RLIMIT_STACK, &limit); /* never above the hard limit, so it is granted */
        if (limit.rlim_cur < LEAST_STACK) {
            return fail(FAILED, "a stack of %zu kB is too small; raise its limit (ulimit -s %d)",
                        (size_t)limit.rlim_cur >> 10, STACK >> 10);
        }
    }
    if (pthread_attr_init(&attributes) == 0) {
        pthread_attr_setstacksize(&attributes, STACK);
        pthread_setattr_default_np(&attributes); /* else the threads keep what they had */
        pthread_attr_destroy(&attributes);
    }
    return OK;
}

static void *wait_for_the_others(void *lock) {
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

/* Two are the fewest: on them every run checks OpenBLAS. */
static const char *or_fewer(int threads) {
    return threads > 2 ? " or take fewer threads"
                       : "; even a run on one thread checks OpenBLAS on two";
}

/* Starts as many threads as will be needed and ends them: OpenMP would end the process where one
 * cannot be started. */
static status try_threads(int threads) {
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *started = allocate((size_t)threads, sizeof *started, "threads");
    if (!started) { return FAILED; }
    int count = 1, error = 0; /* this one */
    pthread_mutex_lock(&lock);
    while (count < threads && !error) {
        error = pthread_create(&started[count], NULL, wait_for_the_others, &lock);
        count += !error;
    }
    pthread_mutex_unlock(&lock);
    for (int i = 1; i < count; i++) { pthread_join(started[i], NULL); }
    free(started);
    if (!error) { return OK; }
    return fail(FAILED,
                "only %d of %d threads can be started: %s; raise the limits of processes and "
                "memory (ulimit -u, -v)%s",
                count, threads, strerror(error), or_fewer(threads));
}

/* --- buffers --- */

/* *without: threads for whose buffer there is no room while all others have one. Asked before there
 * is a team: OpenMP would end the process where its own threads find none. */
static status try_buffers(int threads, int *without) {
    void **room = allocate((size_t)threads, sizeof *room, "buffers");
    if (!room) { return FAILED; }
    int count = 0;
    while (count < threads) {
        room[count] =
            mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (room[count] == MAP_FAILED) { break; }
        count++;
    }
    *without = threads - count;
    while (count > 0) { munmap(room[--count], BUFFER); }
    free(room);
    return OK;
}

static void take_buffers(int threads, buffer_routines blas) {
    if (!blas.take || !blas.give_back) { return; }
#pragma omp parallel num_threads(threads)
    {
        void *buffer = blas.take(0);
#pragma omp barrier
        blas.give_back(buffer);
    }
}

status room_take(int threads) {
    const buffer_routines blas = {(void *(*)(int))dlsym(RTLD_DEFAULT, "blas_memory_alloc"),
                                  (void (*)(void *))dlsym(RTLD_DEFAULT, "blas_memory_free")};
    if (try_stacks() != OK || try_threads(threads) != OK) { return FAILED; }
    int without;
    if (try_buffers(threads, &without) != OK) { return FAILED; }
    if (without == 0) {
        take_buffers(threads, blas);
        return OK;
    }
    return fail(FAILED,
                "OpenBLAS needs %.3g GB for the buffers of %d threads, %.3g GB may be taken; raise "
                "the limit of memory (ulimit -v, -d)%s",
                1e-9 * BUFFER * threads, threads, 1e-9 * memory_available(), or_fewer(threads));
}
