#!/bin/bash
# What the published tables of the default profile say: doc/findings.md on standard output; with --facts the sentences that
# README.md repeats, one a line; with --times how long each table took, "NAME 12 s" (of the controls of 2c one). tests/documents.sh holds both documents
# against them.
#
#     make/findings.sh [--facts | --times]    (in the top folder; make findings)
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
export LC_ALL=C
tables=results/published/default

# rows TABLE COLUMN...: these columns of a result file, tabs between; "-" for a column that it has not.
rows() {
    local table=$1
    shift
    awk -v wanted="$*" '/^#/ || !NF { next }
        !known { for (i = 1; i <= NF; i++) at[$i] = i; known = 1; count = split(wanted, name, " "); next }
        { for (k = 1; k <= count; k++) printf "%s%s", name[k] in at ? $(at[name[k]]) : "-", k < count ? "\t" : "\n" }' "$table"
}
# In texts _ is a blank and \_ an underscore; | would end a cell.
words='function words(t) { gsub(/\\_/, "\001", t); gsub(/_/, " ", t); gsub(/\001/, "_", t); gsub(/\|/, "\\|", t); return t }
    function short(x) { return x ~ /nan|^-$/ ? "-" : x ~ /inf/ ? x : sprintf("%.3g", x) }'

counts() { # counts TABLE: verdicts of all its rows as a sentence
    rows "$1" verdict | awk '{ seen[$1]++ } END {
        printf "%d not refuted, %d refuted, %d hypothesis not met, %d not checked", seen["not_refuted"], seen["refuted"],
            seen["hypothesis_not_met"], seen["not_checked"] }'
}
refuted() { # refuted TABLE: names of its refuted rows
    rows "$1" statement verdict | awk -F'\t' "$words"' $2 == "refuted" { printf "%s%s", found++ ? "; " : "", words($1) } END { if (!found) printf "none" }'
}
range() { # range COLUMN: smallest and largest of required-width.dat
    rows $tables/required-width.dat "$1" | awk 'NR == 1 { low = high = $1 } { low = $1 < low ? $1 : low; high = $1 > high ? $1 : high }
        function number(x) { return x < 1e4 ? sprintf("%.0f", x) : sprintf("%.1e", x) }
        END { printf "%s to %s", number(low), number(high) }'
}

facts() {
    local number
    number=$(rows $tables/statements.dat verdict | wc -l)
    echo "Of $number rows of statements $(counts $tables/statements.dat); refuted: $(refuted $tables/statements.dat)."
    number=$(rows $tables/claims.dat verdict | wc -l)
    echo "Of $number claims on Figure 2 and rows held out $(counts $tables/claims.dat); refuted: $(refuted $tables/claims.dat)."
    echo "The width needed is $(range width) neurons; matrix Chernoff asks for $(range chernoff_over) times as many, entrywise Hoeffding for $(range hoeffding_over)."
}
times() {
    local table
    for table in $tables/*.dat; do
        case $table in *.runs.dat | *.rounds.dat | *.floors.dat | *.curves.dat | */advise.*.dat | */width-r*.dat) continue ;; esac
        sed -n 's/^# seconds: \([0-9.e+]*\).*/\1/p' "$table" | awk -v name="$(basename "$table" .dat)" '{ printf "%s %.0f s\n", name, $1 }'
    done
}
if [ "${1-}" = --facts ]; then
    facts
    exit
elif [ "${1-}" = --times ]; then
    times
    exit
fi

older=
grep -q '^# column sense' $tables/statements.dat ||
    older=$'These tables are older than the column *sense*: slack is bound over observed here, whichever side is meant.\n\n'
cat <<END
# What was found

Written by \`make findings\` from the published tables of the default profile
([results/published](../results/published/README.md)): embedded data, seed 1, commit
$(sed -n 's/^commit: \(.......\).*/\1/p' $tables/ORIGIN). What the columns mean is in the [glossary](glossary.md); statements and
proofs are in [mathematics.md](mathematics.md).

**Contents.** [In short](#in-short) · [Algorithm 1 and the released program](#algorithm-1-and-the-released-program) ·
[The claims on Figure 2](#the-claims-on-figure-2) · [Width needed](#width-needed) · [The statements](#the-statements)

## In short

$(facts | sed 's/^/- /')

## Algorithm 1 and the released program

Plateau of the error x 1000 in Figure 2b, mean of the repetitions: a neuron that no subnetwork took keeps its
weights (Algorithm 1) or gets weight 0 (released program).

END
{ rows $tables/error-heatmap.dat subnets xi mean | sed 's/^/keep\t/'
  rows $tables/error-heatmap-zero.dat subnets xi mean | sed 's/^/zero\t/'; } | awk -F'\t' '
    { level[$1, $2 + 0, sprintf("%.1f", $3)] = 1000 * $4 }
    END {
        print "| xi | p = 1: keep | zero | p = 4: keep | zero | p = 7: keep | zero | p = 10: keep | zero |"
        print "|---|---|---|---|---|---|---|---|---|"
        for (tenths = 9; tenths > 0; tenths -= 2) {
            xi = sprintf("%.1f", tenths / 10); line = "| " xi
            for (p = 1; p <= 10; p += 3) line = line sprintf(" | %.3g | %.3g", level["keep", p, xi], level["zero", p, xi])
            print line " |"
        }
    }'
cat <<END

## The claims on Figure 2

Trend tests of Jonckheere and Terpstra on the single runs, with Somers' D as effect (-1: always falls, 1: always
rises) and the p-value of a fall; for the movements of 2a the share of rounds and runs with the claimed sign, and
its lower limit.

| claim | verdict | effect | p or limit |
|---|---|---|---|
END
rows $tables/claims.dat statement verdict observed limit |
    awk -F'\t' "$words"'{ printf "| %s | %s | %s | %s |\n", words($1), words($2), short($3), short($4) }'
cat <<END

A claim that does not hold on a data set is a finding about that data set. At the paper's settings on the same data
(results/published/paper), of $(rows results/published/paper/claims.dat verdict | wc -l) claims
$(counts results/published/paper/claims.dat); refuted:
$(refuted results/published/paper/claims.dat).

## Width needed

Width from which on the smallest eigenvalue of the masked kernel is at least xi lambda_0/2 with probability 0.95, and
the width that each bound asks for.

| samples | xi | needed | matrix Chernoff | combined with drift | matrix Bernstein | Bernstein | Hoeffding |
|---|---|---|---|---|---|---|---|
END
combined=combined # tables of before say together
grep -q '^# column combined' $tables/required-width.dat || combined=together
rows $tables/required-width.dat samples xi width chernoff $combined matrix_bernstein bernstein hoeffding |
    awk -F'\t' "$words"'{ printf "| %d | %g | %d", $1, $2, $3; for (i = 4; i <= NF; i++) printf " | %s", short($i); print " |" }'
cat <<END

## The statements

$older| statement | kind | verdict | bound | observed | slack |
|---|---|---|---|---|---|
END
rows $tables/statements.dat statement kind verdict bound observed slack |
    awk -F'\t' "$words"'{ printf "| %s | %s | %s | %s | %s | %s |\n", words($1), $2, words($3), short($4), short($5), short($6) }'
