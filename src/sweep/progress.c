/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/progress.h"

#include "base/error.h"

#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 79, BAR = 24, NAME = 24 };
static const double LINE_EVERY_S = 10.0, BAR_EVERY_S = 0.1, TICK_S = 0.5;

struct progress {
    char name[NAME + 1];
    double total, done; /* work */
    size_t items, finished;
    int threads;
    double predicted; /* seconds; 0: not known */
    /* seconds in all by what is done so far, at first the prediction; 0: not known */
    double expected;
    double start, shown; /* clock at the start and at the last output, seconds */
    bool quiet, terminal;
    pthread_mutex_t mutex; /* of done, finished, expected, shown, ended and of the output */
    pthread_cond_t end;    /* ended has become true */
    bool ended;
    bool ticking; /* there is a ticker */
    pthread_t ticker;
};

/* "9.3 s", "75 s", "12 min", "3.4 h": three digits are enough for a time. */
static void time_format(double seconds, char text[16]) {
    if (seconds < 100.0) {
        snprintf(text, 16, seconds < 10.0 ? "%.1f s" : "%.0f s", seconds);
    } else if (seconds < 6000.0) {
        snprintf(text, 16, "%.0f min", seconds / 60.0);
    } else {
        snprintf(text, 16, "%.3g h", seconds / 3600.0);
    }
}

/* The share of the work that is behind: what is done, and of what is in work as much as the clock
 * suggests, at most one unit of the mean size on each thread; never all of it before the last unit
 * has ended. */
static double share_of(const progress *p, double spent) {
    const double done = fmin(fmax(p->done / p->total, 0.0), 1.0);
    if (p->finished >= p->items || !(p->expected > 0.0)) { return done; }
    const double in_work = p->threads * (1.0 - done) / (double)(p->items - p->finished);
    return fmax(done, fmin(spent / p->expected, fmin(done + in_work, 0.99)));
}

/* Seconds left: those spent, scaled by the share left; before there is any share the prediction;
 * NaN: not known. */
static double seconds_left(const progress *p, double share, double spent) {
    if (share > 0.0 && spent > 0.0) { return spent * (1.0 - share) / share; }
    return p->predicted > 0.0 ? p->predicted : NAN;
}

/* Shows where the run stands: the bar over itself, or a line. */
static void show(progress *p, double now) {
    const double spent = now - p->start, share = share_of(p, spent),
                 left = seconds_left(p, share, spent);
    char spent_text[16], left_text[16] = "?";
    time_format(spent, spent_text);
    if (isfinite(left)) { time_format(left, left_text); }
    char line[160], bar[BAR + 1];
    if (p->terminal) {
        const int full = (int)(share * BAR);
        memset(bar, '.', BAR);
        memset(bar, '#', (size_t)full);
        bar[BAR] = '\0';
        snprintf(line, sizeof line, "%s [%s] %3.0f%% %zu/%zu %s, %s left", p->name, bar,
                 floor(100.0 * share), p->finished, p->items, spent_text, left_text);
        /* the last column stays free: no wrapping */
        fprintf(stderr, "\r%-*.*s", WIDTH - 1, WIDTH - 1, line);
    } else {
        fprintf(stderr, "%s: %.0f%%, %zu of %zu units, %s spent, %s left\n", p->name,
                floor(100.0 * share), p->finished, p->items, spent_text, left_text);
    }
    fflush(stderr);
    p->shown = now;
}

/* ---------------- the ticker ---------------- */

/* The moment `seconds` from now, on the clock of the condition. */
static struct timespec moment_after(double seconds) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment); /* fails on unknown clocks only */
    const double nanoseconds = (double)moment.tv_nsec + 1e9 * seconds;
    moment.tv_sec += (time_t)(nanoseconds / 1e9);
    moment.tv_nsec = (long)fmod(nanoseconds, 1e9);
    return moment;
}

static void *tick(void *argument) {
    progress *p = argument;
    const double every = p->terminal ? TICK_S : LINE_EVERY_S;
    pthread_mutex_lock(&p->mutex);
    while (!p->ended) {
        const double now = omp_get_wtime(), wait = p->shown + every - now;
        if (wait <= 0.0) {
            show(p, now);
            continue;
        }
        const struct timespec moment = moment_after(wait);
        pthread_cond_timedwait(&p->end, &p->mutex, &moment);
    }
    pthread_mutex_unlock(&p->mutex);
    return NULL;
}

/* Without a thread for it the output comes with the ends of units alone. Signals are for the other
 * threads. */
static void ticker_start(progress *p) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes); /* these fail on wrong arguments only */
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&p->end, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&p->mutex, NULL);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    p->ticking = !p->quiet && pthread_create(&p->ticker, NULL, tick, p) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void ticker_end(progress *p) {
    pthread_mutex_lock(&p->mutex);
    p->ended = true;
    pthread_cond_signal(&p->end);
    pthread_mutex_unlock(&p->mutex);
    if (p->ticking) { pthread_join(p->ticker, NULL); }
    pthread_cond_destroy(&p->end);
    pthread_mutex_destroy(&p->mutex);
}

/* ---------------- a run ---------------- */

progress *progress_start(const char *name, double total, size_t items, int threads,
                         double predicted, bool quiet) {
    progress *p = allocate(1, sizeof *p, "progress");
    if (!p) { return NULL; }
    snprintf(p->name, sizeof p->name, "%s", name);
    p->total = total;
    p->items = items;
    p->threads = threads;
    p->predicted = p->expected = predicted;
    p->quiet = quiet;
    p->terminal = isatty(STDERR_FILENO) == 1;
    p->start = p->shown = omp_get_wtime();
    char text[16], expected[32] = "";
    time_format(predicted, text);
    if (predicted > 0.0) { snprintf(expected, sizeof expected, ", predicted %s", text); }
    progress_say(p->name, quiet, "%zu units on %d threads%s", items, threads, expected);
    if (p->terminal && !quiet) { show(p, p->start); }
    ticker_start(p);
    return p;
}

void progress_step(progress *p, double work) {
    pthread_mutex_lock(&p->mutex);
    p->done += work;
    p->finished++;
    const double now = omp_get_wtime();
    p->expected = (now - p->start) * p->total / p->done;
    if (!p->quiet && now - p->shown >= (p->terminal ? BAR_EVERY_S : LINE_EVERY_S)) { show(p, now); }
    pthread_mutex_unlock(&p->mutex);
}

double progress_end(progress *p) {
    if (!p) { return 0.0; }
    ticker_end(p);
    const double seconds = omp_get_wtime() - p->start;
    if (p->terminal && !p->quiet) { fprintf(stderr, "\r%*s\r", WIDTH - 1, ""); }
    char spent[16], text[16], predicted[32] = "", share[32] = "";
    time_format(seconds, spent);
    time_format(p->predicted, text);
    if (p->predicted > 0.0) { snprintf(predicted, sizeof predicted, " (predicted %s)", text); }
    if (p->finished != p->items) { snprintf(share, sizeof share, " of %zu", p->items); }
    progress_say(p->name, p->quiet, "%zu%s units in %s%s", p->finished, share, spent, predicted);
    free(p);
    return seconds;
}

void progress_say(const char *name, bool quiet, const char *format, ...) {
    if (quiet) { return; }
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s: %s\n", name, text);
}
