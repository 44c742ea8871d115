/* Beyond the paper: other laws of masks, and rows that are never trained on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "report/document.h"

typedef struct {
    table_data t;
    int subnets, mask, mean, ratio, low, high;
} laws;

static bool open_laws(const document *d, laws *l) {
    bool there = document_table(d, "mask-laws", &l->t);
    l->subnets = table_column(&l->t, "subnets");
    l->mask = table_column(&l->t, "mask");
    l->mean = table_column(&l->t, "mean");
    l->ratio = table_column(&l->t, "ratio");
    l->low = table_column(&l->t, "ratio_low");
    l->high = table_column(&l->t, "ratio_high");
    return there && l->t.rows > 0 && l->subnets >= 0 && l->mask >= 0 && l->mean >= 0 &&
           l->ratio >= 0 && l->low >= 0 && l->high >= 0;
}

/* The row with the least ratio of those with the p of row `from`; *next: the first with another. */
static size_t least_of(const laws *l, size_t from, size_t *next) {
    double p = table_value(&l->t, from, l->subnets);
    size_t least = from;
    for (*next = from; *next < l->t.rows && table_value(&l->t, *next, l->subnets) == p; ++*next) {
        double ratio = table_value(&l->t, *next, l->ratio);
        if (ratio < table_value(&l->t, least, l->ratio)) { least = *next; }
    }
    return least;
}

/* Which law leaves the least error, p by p, in a sentence. */
static void put_least(document *d, const laws *l) {
    text_add(&d->out, "Least error after the same work: ");
    for (size_t row = 0, next; row < l->t.rows; row = next) {
        size_t k = least_of(l, row, &next);
        text_add(&d->out,
                 "%sp = %g: %s, %s times that of Bernoulli masks (95 %% interval %s to %s)",
                 row ? "; " : "", table_value(&l->t, k, l->subnets),
                 document_cell(d, table_field(&l->t, k, l->mask)),
                 document_number(d, table_value(&l->t, k, l->ratio)),
                 document_number(d, table_value(&l->t, k, l->low)),
                 document_number(d, table_value(&l->t, k, l->high)));
    }
    text_add(&d->out, ".\n\n");
}

static void put_table(document *d, const laws *l) {
    document_fold(d, "All kinds of masks", NULL);
    text_add(&d->out, "| p | masks | error | over Bernoulli | 95 %% interval |\n"
                      "|---|---|---|---|---|\n");
    for (size_t k = 0; k < l->t.rows; k++) {
        text_add(&d->out, "| %g | %s | %s | %s | %s to %s |\n", table_value(&l->t, k, l->subnets),
                 document_cell(d, table_field(&l->t, k, l->mask)),
                 document_number(d, table_value(&l->t, k, l->mean)),
                 document_number(d, table_value(&l->t, k, l->ratio)),
                 document_number(d, table_value(&l->t, k, l->low)),
                 document_number(d, table_value(&l->t, k, l->high)));
    }
    document_unfold(d);
}

static void tell_laws(document *d, const laws *l) {
    text_add(
        &d->out,
        "## Other laws of masks\n\n"
        "The paper lets every neuron decide for itself: independently for each subnetwork "
        "(*Bernoulli*), or for one of them (*categorical*). Independent Subnet Training is "
        "run with equal parts (*partition*), and a subnetwork may be given its size (*fixed*). "
        "All four here have xi = 1/p, the same starts and the same number of steps.\n\n");
    document_picture(
        d, "mask-laws",
        "Error of four kinds of masks over that of Bernoulli masks, against the number "
        "of subnetworks",
        "**Kinds of masks.** Error at the end of runs of equal work over that of "
        "Bernoulli masks from the same starts, against the number p of subnetworks: "
        "geometric mean and 95 % interval over repetitions. Below 1: a smaller error. "
        "Parts (*categorical*, *partition*) leave no neuron out and none to two "
        "subnetworks.");
    put_least(d, l);
    put_table(d, l);
}

static void tell_held(document *d) {
    text_add(&d->out,
             "## Rows that are never trained on\n\n"
             "Does the noise of masks regularise, as dropout is said to? Some rows are held out; "
             "if noise did no good, their error would be least without masks (xi = 1), and fall "
             "with xi and with p. Each of the three is a claim below; a refuted one says that on "
             "these data, after so many rounds, some noise is better than none.\n\n");
    document_picture(d, "held-out",
                     "Left: error of rows trained on and of rows held out, against xi, for several "
                     "numbers of subnetworks; right: that of rows held out over what it is without "
                     "masks",
                     "**Rows held out.** Against the probability xi that a subnetwork takes a "
                     "neuron, one colour for each number p of subnetworks. Left: hollow points, "
                     "the error of rows trained on; full points and lines, that of rows never "
                     "trained on, mean and standard deviation over repetitions, on a logarithmic "
                     "axis. Right: the latter over the error without masks (xi = 1, where all p "
                     "are the same run) from the same starts, geometric mean and 95 % interval. "
                     "Below 1, the noise of masks helps.");
    document_claims(d, "Held-out error", "observed", "p");
}

void chapter_masks(document *d) {
    laws l;
    table_data held;
    text_add(&d->out,
             "<a id=\"masks\"></a>\n\n# Beyond the paper: kinds of masks, rows held out\n\n");
    bool laws_there = open_laws(d, &l), held_there = document_table(d, "held-out", &held);
    if (laws_there) { tell_laws(d, &l); }
    if (held_there) { tell_held(d); }
    if (!laws_there || !held_there) {
        text_add(&d->out, "Not run yet: %s does it.\n\n", document_make(d, "masks"));
    }
    table_data_free(&l.t);
    table_data_free(&held);
}
