#!/bin/bash
# Data of the shapes that users come with (tests/support/data_shapes.py): figures, claims, theory and report of PROFILE=tiny on
# each; nothing fails, and nothing that is made is empty. Then two clusters at a learning rate at which every run diverges:
# all is made, the pictures' tables say so, no claim on Figure 2 is judged, and the end has its line. Skipped, in plain words,
# where no Python has numpy (Debian: python3-numpy).
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
#     tests/data_shapes.sh FOLDER [SHAPE...]    (in the top folder, everything built; make check-data)
set -u
folder=$1
shift
. tests/support/python_with.sh
python_with check-data numpy python3-numpy
rm -rf -- "$folder"
mkdir -p "$folder" && "$python" tests/support/data_shapes.py "$folder" || exit 1
shapes=${*:-$(cd "$folder" && ls *.npz | sed 's/\.npz$//')}

fail() {
    echo "check-data: $*; log $folder/log"
    tail -n 5 "$folder/log"
    exit 1
}
everything() { # everything SHAPE [LR]: makes it all anew, and looks at it
    local set=(PROFILE=tiny "DATA=$folder/$1.npz" ${2:+"LR=$2"}) results pictures target file
    results=$(make -s "${set[@]}" print-R) pictures=$(make -s "${set[@]}" print-P)
    rm -rf -- "$results" "$pictures"
    for target in figures claims theory report; do
        make -s "${set[@]}" $target >"$folder/log" 2>&1 || fail "$1: make $target ${set[*]} has failed"
        [ $target != figures ] || cp "$folder/log" "$folder/figures.log"
    done
    for file in $(make -s "${set[@]}" print-tables print-pictures print-theory_rows) $results/claims.dat \
        $results/statements.dat $results/REPORT.md $results/report.html; do
        [ -s "$file" ] || fail "$1: missing or empty: $file"
    done
    echo "  DATA    $1${2:+, LR=$2}: $(grep -vc '^#' $results/statements.dat) rows of statements, $(grep -vc '^#' $results/claims.dat) of claims"
}
for shape in $shapes; do
    everything "$shape"
    ! grep -q '^figures: diverged' "$folder/figures.log" || fail "$shape: runs of PROFILE=tiny have diverged"
done
everything two-clusters 1000
results=$(make -s PROFILE=tiny "DATA=$folder/two-clusters.npz" LR=1000 print-R)
grep -q '^figures: diverged.*loss-dynamics (3 of 3 cells).*LR=auto' "$folder/figures.log" || fail "no line tells of runs that diverged"
judged=$(awk '/^#/ || !NF { next } !at { for (i = 1; i <= NF; i++) if ($i == "verdict") at = i; next }
    $at ~ /^(not_)?refuted$/ { n++ } END { print n + 0 }' "$results/claims.dat")
[ "$judged" = 0 ] || fail "$judged claims are judged on runs that diverged"
grep -q 'runs_that_do_not_diverge:' "$results/claims.dat" || fail "claims do not say that runs diverged"
echo "check-data: every shape has its figures, claims, statements and report"
