/* The options of the panels, and what they mean together.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <math.h>

#include "experiments/experiment.h"
#include "experiments/rates.h"
#include "stats/rng.h"
#include "study/own_masks.h"

enum { MAX_WIDTH = 10000000, MAX_SUBNETS = 10000, MAX_STEPS = 1000000 };

/* In the enum's order, then EXPERIMENT_ALL_MASKS. */
static const char *const panel_masks[] = {"bernoulli", "categorical", "fixed",
                                          "partition", "all",         NULL};
static const char *const unselected_words[] = {"keep", "zero", NULL};
static const char *const scaling_words[] = {"released", "theory", NULL};
static const char *const starts_words[] = {"own", "same", NULL};
static const char *const stop_words[] = {"rule", "no", NULL};
static const char *const unstable_words[] = {"keep", "auto", NULL};

#define FIELD(member) offsetof(experiment_settings, member)

/* Of every panel. A table in a macro is beyond clang-format. */
/* clang-format off */
#define PANEL_ROWS                                                                                \
    {"", OPTION_HEADING, .help = "The experiment (LIST: values separated by commas):"},           \
    {"width", OPTION_COUNTS, FIELD(width), 1, MAX_WIDTH, "hidden neurons m"},                     \
    {"subnets", OPTION_COUNTS, FIELD(subnets), 1, MAX_SUBNETS, "subnetworks per round p"},        \
    {"xi", OPTION_NUMBERS, FIELD(xi), 0, 1,                                                       \
     "probability that a subnetwork takes a neuron, in (0, 1]", OPTION_ABOVE_LOW,                 \
     .given = FIELD(xi_given)},                                                                   \
    {"lr", OPTION_NUMBERS, FIELD(lr), 0, 1e9,                                                     \
     "learning rate (with --scaling theory: eta); one value, or one for each xi; several of the " \
     "panel's own belong to its own xi; auto: for each xi half the largest stable step of its "   \
     "subnetworks, the same for all p and m",                                                     \
     OPTION_ABOVE_LOW | OPTION_REPEATED | OPTION_AUTO, .given = FIELD(lr_given)},                 \
    {"unstable", OPTION_WORD, FIELD(unstable),                                                    \
     .help = "a learning rate whose step is not stable: keep it, or take that of --lr auto there",\
     .words = unstable_words},                                                                    \
    {"local-steps", OPTION_COUNT, FIELD(local_steps), 1, MAX_STEPS,                               \
     "gradient steps tau of a subnetwork in a round"},                                            \
    {"batch", OPTION_COUNT, FIELD(batch), 1, INT_MAX,                                             \
     "rows B of every local step, drawn without replacement; the step is n/B times as large "     \
     "(default: all rows)",                                                                       \
     OPTION_IF_SET | OPTION_NO_DEFAULT},                                                          \
    {"rounds", OPTION_COUNT, FIELD(rounds), 1, MAX_STEPS, "rounds K (with a stop rule: at most)"},\
    {"repeats", OPTION_COUNT, FIELD(repeats), 1, RNG_MAX_REPEATS - 1, "repetitions of every cell",\
     OPTION_NO_VALUE},                                                                            \
    {"mask", OPTION_WORD, FIELD(mask),                                                            \
     .help = "masks (categorical, partition: xi = 1/p; fixed: round(xi m) neurons; all, where "    \
             "runs end by a rule or --stop no: each of them at xi = 1/p)",                         \
     .words = panel_masks},                                                                       \
    {"holdout", OPTION_COUNT, FIELD(holdout), 1, INT_MAX,                                         \
     "last rows N of the file that are not trained on: their error stands beside that of the "    \
     "others; with --at-most no more than a quarter of the file",                                 \
     OPTION_IF_SET | OPTION_NO_DEFAULT},                                                          \
    {"test", OPTION_PATH, FIELD(test),                                                            \
     .help = "the same of the rows of another .npz, labels in the scale of the first",            \
     .flags = OPTION_NO_VALUE},                                                                   \
    {"masks", OPTION_PATH, FIELD(masks),                                                          \
     .help = "masks of your own, array masks (K, p, m) of a .npz: one set a round, in order, " \
             "from the first again after the last; xi is their share of ones",                   \
     .flags = OPTION_NO_VALUE},                                                                   \
    {"unselected", OPTION_WORD, FIELD(unselected),                                                \
     .help = "a neuron no subnetwork took: keep its weights (Algorithm 1) or zero them (released "\
             "program)",                                                                          \
     .words = unselected_words},                                                                  \
    {"scaling", OPTION_WORD, FIELD(scaling),                                                      \
     .help = "of the authors' program (released) or of the paper's text (theory)",                \
     .words = scaling_words},                                                                     \
    {"kappa", OPTION_NUMBER, FIELD(kappa), 0, 1e6, "factor of the initial weights",               \
     OPTION_ABOVE_LOW}
/* clang-format on */

const option_row experiment_options[] = {PANEL_ROWS, {NULL}};

const option_row experiment_loss_options[] = {
    {"", OPTION_HEADING, .help = "The start and the end of a run:"},
    {"init", OPTION_PATH, FIELD(init),
     .help = "start from the arrays weights (d, m), signs (m, q) and, if it has them, masks "
             "(K, p, m) of a .npz",
     .flags = OPTION_NO_VALUE},
    {"save-weights", OPTION_PATH, FIELD(save_weights),
     .help = "write weights, signs, masks and settings to a .npz (one xi, one repetition)",
     .flags = OPTION_NO_VALUE},
    {"save-outputs", OPTION_PATH, FIELD(save_outputs),
     .help = "write the whole network's outputs after every round to a .npz (likewise)",
     .flags = OPTION_NO_VALUE},
    {"save-kernel", OPTION_PATH, FIELD(save_kernel),
     .help = "write the masked kernels of the first and the last round to a .npz (likewise)",
     .flags = OPTION_NO_VALUE},
    PANEL_ROWS,
    {NULL}};

const option_row experiment_plateau_options[] = {
    {"", OPTION_HEADING, .help = "Where a run ends, and rates along the width:"},
    {"stop", OPTION_WORD, FIELD(stop),
     .help = "by the panel's rule, or after --rounds whatever the errors do", .words = stop_words},
    {"patience", OPTION_COUNT, FIELD(patience), 0, MAX_STEPS,
     "rounds whose mean may fail to improve before the rule ends a run",
     .given = FIELD(patience_given)},
    {"starts", OPTION_WORD, FIELD(starts),
     .help =
         "random numbers of a repetition: own ones in every cell, or the same in all: what cells "
         "differ in shows with fewer repetitions",
     .words = starts_words, .flags = OPTION_IF_SET},
    {"lr-width", OPTION_COUNT, FIELD(lr_width), 1, MAX_WIDTH,
     "learning rates are for this width W: lr W/m at another", OPTION_NO_DEFAULT},
    PANEL_ROWS,
    {NULL}};

status experiment_preset(study_run *r) {
    experiment_settings *o = r->settings;
    mask_sets *sets = &((experiment *)r->context)->sets;
    if (!o->masks) { return OK; }
    mask_sets_free(sets);
    status st = mask_sets_read(o->masks, sets);
    if (st != OK) { return st; }
    o->mask = MASK_BERNOULLI; /* xi is free, unless --mask says otherwise */
    o->width = (option_list){{(double)sets->m}, 1};
    o->subnets = (option_list){{(double)sets->p}, 1};
    o->xi = (option_list){{own_masks_xi(sets)}, 1};
    if (!o->stops && o->rounds > sets->rounds) { o->rounds = sets->rounds; }
    return OK;
}

status experiment_settle(study_run *r) {
    experiment_settings *o = r->settings;
    if (experiment_parts(o) && o->xi_given) { return mask_refuse_xi(panel_masks[o->mask]); }
    if (o->mask == EXPERIMENT_ALL_MASKS && (!o->stops || o->masks)) {
        return fail(BAD_INPUT, "--mask all: %s; take one kind",
                    o->masks ? "--masks are masks already"
                             : "error-heatmap and width-sweep compare them, this program does not");
    }
    if (o->holdout > 0 && o->test) {
        return fail(BAD_INPUT, "--test: --holdout holds out rows already; leave one out");
    }
    if (o->stop == STOP_NO && o->patience_given) {
        return fail(BAD_INPUT, "--patience: --stop no has no rule to be patient in; leave one out");
    }
    status st = rates_settle(r);
    if (experiment_parts(o)) { o->xi.count = 0; }
    return st;
}
