#!/bin/sh
# One line if a panel of Figure 2 has cells that diverged: which, how many of how many, and what to do. None otherwise.
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
#     make/diverged.sh TABLE...    (make figures)
LC_ALL=C awk '
    FNR == 1 { count++; name[count] = FILENAME; sub(/.*\//, "", name[count]); sub(/\.dat$/, "", name[count]) }
    /^# diverged: / { lost[count]++; cells[count]++ }
    /^# stability: / { cells[count]++ }
    END {
        for (k = 1; k <= count; k++)
            if (lost[k]) line = line (line ? ", " : "") name[k] " (" lost[k] " of " cells[k] " cells)"
        if (line) print "figures: diverged, and marked so in the pictures: " line "; LR=auto takes steps that are stable"
    }' "$@"
