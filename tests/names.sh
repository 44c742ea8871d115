#!/bin/bash
# Checkouts, data sets and folders of results of any name: built, run, drawn, reported and redone as under a plain name, and
# nothing of a name is executed. On a copy of this checkout and its build folder, with runs of a second.
#
#     tests/names.sh FOLDER    (make check-names, in the top folder, everything built)
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
. tests/support/checkout_copy.sh
folder=${1:-build/check-names}
top=$PWD
names=('my checkout' "liao's" 'resnet(1)' 'a;b&c|d' '50% of 3:4' '#5 "né" ü' '-dash' '~tilde' 'back\slash' '*[a]?{b,c}'
    'x=y,z!<w>' 'trailing ' '$(touch hit)`touch hit`' '$(shell touch hit)${HOME}$$')
failures=0

no() { # no WHAT LOG
    echo "names: $1"
    tail -n 5 "$2"
    failures=$((failures + 1))
}
quick() { make -s PROFILE=quick THREADS=1 "${tiny[@]}" "$@"; }

rm -rf -- "$folder"
mkdir -p "$folder" && folder=$(cd "$folder" && pwd) || exit 1
checkout_copy "$folder/plain" || exit 1
log=$folder/log

# --- the checkout's own path ---
at=$folder/plain
for name in "${names[@]}"; do
    mv -T -- "$at" "$folder/$name" && at=$folder/$name && cd -- "$at" || exit 1
    touch src/base/error.c
    quick build/single/src/base/error.o >"$log" 2>&1 || no "checkout '$name': does not compile" "$log"
    rm -rf results/quick plots/quick
    ./paper-figs.sh -n PROFILE=quick >"$log" 2>&1 || no "checkout '$name': paper-figs.sh" "$log"
    quick -o build/bin/subnet-sweep plots/quick/subnet-sweep.svg >"$log" 2>&1 || no "checkout '$name': no picture" "$log"
    [ -e "$folder/first.svg" ] || cp plots/quick/subnet-sweep.svg "$folder/first.svg"
    cmp plots/quick/subnet-sweep.svg "$folder/first.svg" >"$log" 2>&1 || no "checkout '$name': another picture" "$log"
done
mv -T -- "$at" "$folder/plain"
cd "$folder/plain" || exit 1
quick build/bin/{subnet-sweep,compare-results,report} >"$log" 2>&1 || no "the copy does not build" "$log"

# --- the data set's path; two of one name, one of them another's content in other letters ---
mkdir "$folder/data"
for name in "${names[@]}"; do
    cp data/digits.npz "$folder/data/$name.npz"
    { head -c -2 data/digits.npz; printf '\001\000x'; } >"./$name.npz" # a comment of one byte: other bytes, the same arrays
    roots=
    for data in "$folder/data/$name.npz" "$name.npz"; do
        results=$(quick print-R "DATA=$data") && quick "$results/subnet-sweep.dat" "DATA=$data" >"$log" 2>&1 ||
            no "data '$data': no table" "$log"
        DATA=$data quick "${results/results/plots}/subnet-sweep.svg" >"$log" 2>&1 || no "data '$data': no picture" "$log"
        roots="$roots $results"
        command=$(sed -n 's/^# command: //p' "$results/subnet-sweep.dat")
        sh -c "$command --fresh --quiet" >"$log" 2>&1 || no "data '$data': cannot be redone: $command" "$log"
        make -n PROFILE=quick figures "DATA=$data" 2>&1 | grep -q -- "--out $results/width-sweep.dat" ||
            no "data '$data': figures go elsewhere" "$log"
    done
    set -- $roots
    [ $# = 2 ] && [ "$1" != "$2" ] || no "data '$name': two data sets share $roots" "$log"
    rm -f -- "./$name.npz"
done
[ ! -e results/subnet-sweep.dat ] || no "a data set's table is the embedded one's" "$log"

# --- folders of results: pictures, report, comparison, publishing ---
gnuplot -d -c plots/draw.gp width-sweep results/published/default "$folder" >"$log" 2>&1 || no "no picture" "$log"
mv "$folder/width-sweep.svg" "$folder/expected.svg"
git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m published
commit=$(git rev-parse HEAD) # what the tables will say that they are of
for name in "${names[@]}"; do
    results=$folder/results-of/$name pictures=$folder/pictures-of/$name
    mkdir -p "$results" "$pictures"
    cp results/published/default/*.dat "$results"
    sed -i "s/^# version: .*/# version: $commit/" "$results"/*.dat
    (cd "$folder/results-of" && gnuplot -d -c "$top/plots/draw.gp" width-sweep "$name" "../pictures-of/$name") >"$log" 2>&1 ||
        no "results '$name': no picture" "$log"
    cmp "$folder/expected.svg" "$pictures/width-sweep.svg" >"$log" 2>&1 || no "results '$name': another picture" "$log"
    build/bin/compare-results "$results" results/published/default >"$log" 2>&1 || no "results '$name': not compared" "$log"
    build/bin/report --quiet --results "$results" --plots "../../pictures-of/$name" --make "DATA='$(sed "s/'/'\\\\''/g" <<<"$name")'" \
        --out "$results/REPORT.md" >"$log" 2>&1 || no "results '$name': no report" "$log"
    if [[ $name == *[\#%\'\`]* ]] && command -v pandoc >/dev/null; then
        for figure in loss-dynamics error-heatmap subnet-sweep required-width spectrum deviation lambda-min drift mean-curve movements predicted-floor width-controls mask-laws held-out; do
            cp -n "$pictures/width-sweep.svg" "$pictures/$figure.svg"
        done
        report/page.sh "$results" >"$log" 2>&1
        [ "$(grep -o '<svg role="img"' "$results/report.html" | wc -l)" -gt 1 ] || no "results '$name': its picture is not in the page" "$log"
    fi
    report/publish.sh "$results" "$folder/published/$name" >"$log" 2>&1 &&
        cmp "$results/claims.dat" "$folder/published/$name/claims.dat" >>"$log" 2>&1 || no "results '$name': not published" "$log"
done

# --- what programs that edit text make of tables, and a user's own gnuplot settings ---
mkdir "$folder/crlf" "$folder/home"
for table in results/published/default/*.dat; do
    sed 's/$/\r/' "$table" >"$folder/crlf/${table##*/}"
done
build/bin/compare-results "$folder/crlf" results/published/default >"$log" 2>&1
[ $? = 2 ] && grep -q 'Windows line ends' "$log" || no "Windows line ends are not named" "$log"
printf 'set decimalsign ","\nset monochrome\nset grid\n' >"$folder/home/.gnuplot"
HOME=$folder/home make -s -o build/bin/subnet-sweep PROFILE=quick "${tiny[@]}" -W plots/subnet-sweep.gp plots/quick/subnet-sweep.svg >"$log" 2>&1
cmp plots/quick/subnet-sweep.svg "$folder/first.svg" >>"$log" 2>&1 || no "a ~/.gnuplot changes pictures" "$log"

hits=$(find "$folder" "$top" -maxdepth 4 -name 'hit' 2>/dev/null)
[ -z "$hits" ] || no "a name was executed: $hits" "$log"
[ $failures = 0 ] || exit 1
echo "names: checkouts, data sets and results of ${#names[@]} names: as under a plain one ($SECONDS s)"
