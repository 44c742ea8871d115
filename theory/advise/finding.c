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

/* f->command <- "PROGRAM --data FILE --seed N ..." */
void advise_more(const study_run *r, advise_finding *f, const char *program, const char *format,
                 ...) {
    size_t used = option_quote(f->command, sizeof f->command, 0, program);
    used = option_quote(f->command, sizeof f->command, used, "--data");
    used = option_quote(f->command, sizeof f->command, used, r->options.data);
    if (used >= sizeof f->command) { return; }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(f->command + used, sizeof f->command - used, format, arguments);
    va_end(arguments);
}

const char *advise_masks_of(const train_settings *s, char words[40]) {
    if (s->mask == MASK_CATEGORICAL) { return " --mask categorical"; }
    snprintf(words, 40, " --xi %g", s->xi);
    return words;
}

const char *advise_rows_word(const study_run *r) {
    return r->options.rows == ROWS_FIRST ? "first" : "spread";
}
