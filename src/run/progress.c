#include "run/progress.h"

#include "run/error.h"

#include <math.h>
#include <omp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 79, BAR = 24, NAME = 24 };
static const double LINE_EVERY_S = 10.0, BAR_EVERY_S = 0.1;

struct progress {
    char name[NAME + 1];
    double total, done;       /* work */
    size_t items, finished;
    double predicted;         /* seconds; 0: not known */
    double start, shown;      /* clock at the start and at the last output, seconds */
    bool quiet, terminal;
};

/* "9.3 s", "75 s", "12 min", "3.4 h": three digits are enough for a time. */
static void time_format(double seconds, char text[16])
{
    if (seconds < 100.0) {
        snprintf(text, 16, seconds < 10.0 ? "%.1f s" : "%.0f s", seconds);
    } else if (seconds < 6000.0) {
        snprintf(text, 16, "%.0f min", seconds / 60.0);
    } else {
        snprintf(text, 16, "%.3g h", seconds / 3600.0);
    }
}

/* Seconds left: those spent, scaled by the work left; before the first item the prediction; NaN: not known. */
static double seconds_left(const progress *p, double spent)
{
    if (p->done > 0.0) {
        return spent * fmax(p->total - p->done, 0.0) / p->done;
    }
    return p->predicted > 0.0 ? p->predicted : NAN;
}

/* Shows where the run stands: the bar over itself, or a line. */
static void show(progress *p, double now)
{
    const double share = fmin(fmax(p->done / p->total, 0.0), 1.0), left = seconds_left(p, now - p->start);
    char spent_text[16], left_text[16] = "?";
    time_format(now - p->start, spent_text);
    if (isfinite(left)) {
        time_format(left, left_text);
    }
    char line[160], bar[BAR + 1];
    if (p->terminal) {
        const int full = (int)(share * BAR);
        memset(bar, '.', BAR);
        memset(bar, '#', (size_t)full);
        bar[BAR] = '\0';
        snprintf(line, sizeof line, "%s [%s] %3.0f%% %zu/%zu %s, %s left", p->name, bar, floor(100.0 * share),
                 p->finished, p->items, spent_text, left_text);
        fprintf(stderr, "\r%-*.*s", WIDTH - 1, WIDTH - 1, line); /* the last column stays free: no wrapping */
    } else {
        fprintf(stderr, "%s: %.0f%%, %zu of %zu units, %s spent, %s left\n", p->name, floor(100.0 * share), p->finished,
                p->items, spent_text, left_text);
    }
    fflush(stderr);
    p->shown = now;
}

progress *progress_start(const char *name, double total, size_t items, int threads, double predicted, bool quiet)
{
    progress *p = allocate(1, sizeof *p, "progress");
    if (!p) {
        return NULL;
    }
    snprintf(p->name, sizeof p->name, "%s", name);
    p->total = total;
    p->items = items;
    p->predicted = predicted;
    p->quiet = quiet;
    p->terminal = isatty(STDERR_FILENO) == 1;
    p->start = p->shown = omp_get_wtime();
    if (predicted > 0.0) {
        char text[16];
        time_format(predicted, text);
        progress_say(p->name, quiet, "%zu units on %d threads, predicted %s", items, threads, text);
    } else {
        progress_say(p->name, quiet, "%zu units on %d threads", items, threads);
    }
    if (p->terminal && !quiet) {
        show(p, p->start);
    }
    return p;
}

void progress_step(progress *p, double work)
{
    #pragma omp critical(progress)
    {
        p->done += work;
        p->finished++;
        const double now = omp_get_wtime();
        if (!p->quiet && now - p->shown >= (p->terminal ? BAR_EVERY_S : LINE_EVERY_S)) {
            show(p, now);
        }
    }
}

double progress_end(progress *p)
{
    if (!p) {
        return 0.0;
    }
    const double seconds = omp_get_wtime() - p->start;
    if (p->terminal && !p->quiet) {
        fprintf(stderr, "\r%*s\r", WIDTH - 1, "");
    }
    char spent[16], predicted[16], share[32] = "";
    time_format(seconds, spent);
    if (p->finished != p->items) {
        snprintf(share, sizeof share, " of %zu", p->items);
    }
    if (p->predicted > 0.0) {
        time_format(p->predicted, predicted);
        progress_say(p->name, p->quiet, "%zu%s units in %s (predicted %s)", p->finished, share, spent, predicted);
    } else {
        progress_say(p->name, p->quiet, "%zu%s units in %s", p->finished, share, spent);
    }
    free(p);
    return seconds;
}

void progress_say(const char *name, bool quiet, const char *format, ...)
{
    if (quiet) {
        return;
    }
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s: %s\n", name, text);
}
