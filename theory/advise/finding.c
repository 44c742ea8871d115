/* Putting a finding of advise down: its number, sentence and command.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "cli/options.h"
#include "theory/advise/advise.h"

/* The next finding; the page ends before it would overflow. */
advise_finding *advise_add(const study_run *r, const char *name, const char *unit,
                           advise_estimate e) {
    advise_context *c = r->context;
    advise_finding *f = &c->findings[c->count < MOST_FINDINGS ? c->count++ : MOST_FINDINGS - 1];
    *f = (advise_finding){.value = e.value, .low = e.low, .high = e.high};
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(f->unit, sizeof f->unit, "%s", unit);
    return f;
}

void advise_say(advise_finding *f, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(f->sentence, sizeof f->sentence, format, arguments);
    va_end(arguments);
}

/* f->command is to be pasted where advise was started. */
void advise_more(const study_run *r, advise_finding *f, const char *program, const char *format,
                 ...) {
    char path[PATH_MAX], out[PATH_MAX];
    program_beside(&r->options, program, path, sizeof path);
    study_path(r, program, out, sizeof out);
    const char *words[] = {path, "--data", r->options.data, "--out", out};
    size_t used = 0;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        used = option_quote(f->command, sizeof f->command, used, words[k]);
    }
    if (used >= sizeof f->command) { return; }
    used += (size_t)snprintf(f->command + used, sizeof f->command - used, " --rows %s --seed %llu",
                             r->options.rows == ROWS_FIRST ? "first" : "spread",
                             (unsigned long long)r->options.seed);
    if (used >= sizeof f->command) { return; }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(f->command + used, sizeof f->command - used, format, arguments);
    va_end(arguments);
}

const char *advise_masks_of(const train_settings *s, char words[40]) {
    size_t used = 0;
    if (s->mask != MASK_BERNOULLI) {
        used = (size_t)snprintf(words, 40, " --mask %s", mask_words[s->mask]);
    }
    if (!mask_parts(s->mask)) { snprintf(words + used, 40 - used, " --xi %g", s->xi); }
    return words;
}
