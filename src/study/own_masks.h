/* Masks of a user's own among the options of a program: --masks FILE.npz (model/mask_sets.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STUDY_OWN_MASKS_H
#define STUDY_OWN_MASKS_H

#include "base/text.h"
#include "cli/option_table.h"
#include "io/table.h"
#include "model/mask_sets.h"
#include "study/claim.h"

/* Row of an option table: `masks` of the settings is a const char *; place: words for what they are
 * taken in place of. What they decide enters the text of the settings by own_masks_describe. */
#define OWN_MASKS_OPTION(settings, place)                                                    \
    {                                                                                        \
        "masks", OPTION_PATH, offsetof(settings, masks),                                     \
            .help = "masks of your own, array masks (K, p, m) of a .npz, in place of " place \
                    "; p, m and xi are theirs",                                              \
            .flags = OPTION_NO_VALUE                                                         \
    }

/* Reads them where `path` is not NULL and they are not there yet. path: borrowed. BAD_INPUT with
 * path, array and cure. */
status own_masks_read(const char *path, mask_sets *sets);

/* The file's xi, or the share of ones where it has none. */
double own_masks_xi(const mask_sets *sets);

/* BAD_INPUT, in a line about the option, unless they are for p subnetworks of m neurons and take a
 * share xi of these. OK where there are none. */
status own_masks_fit(const mask_sets *sets, size_t p, size_t m, double xi);

/* BAD_INPUT where `path` is not NULL: this program takes none, `why`, and which ones do. */
status own_masks_refuse(const char *path, const char *why);

/* The text of the settings, and a line of provenance; nothing where there are none. */
void own_masks_describe(const mask_sets *sets, text *t);
void own_masks_note(const mask_sets *sets, table *t);

/* What a statement supposes of random masks is not met by these, of which nothing is known. sets:
 * NULL or empty where all masks are drawn, and nothing further is supposed. */
void own_masks_suppose_drawn(const mask_sets *sets, evidence *e);

#endif
