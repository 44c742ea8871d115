#!/bin/bash
# The commands that README.md and doc/ tell to type: each is in tests/commands.txt, which says what
# types it; those that say "run" are typed here.
#
#     tests/documents_commands.sh FOLDER    (make check-commands)
#
# FOLDER is made anew: a copy of this folder, in which they run.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
export LC_ALL=C.UTF-8
source tests/support/checkout_copy.sh
folder=$1
list=$PWD/tests/commands.txt
seconds_each=600
failures=0
complain() {
    echo "commands: $1"
    failures=$((failures + 1))
}

blocks() { awk '/^```/ { code = !code; plain = $0 == "```"; next } code && plain' "$1"; }
spans() { awk '/^```/ { code = !code; next } !code' "$1" | tr '\n' ' ' | grep -oE '`[^`]+`' | tr -d '`'; }
commands() { # what a document tells to type, without comments; placeholders and ellipses left out
    { blocks "$1"; spans "$1" | grep -E '^(make|build/bin|SHARDS=)[^ ]* [a-zA-Z-]'; } |
        sed -E 's/  +.*//; s/(FILE|file)\.npz/mine.npz/g' |
        grep -E '^(make [a-zA-Z]|build/bin/|\./|\.ci/|sbatch |SHARDS=|parallel )' |
        grep -vE 'NAME|OUT|\.\.\.| A B$|^make (PROFILE=quick plots|build/bin)'
}

declare -A how told
while IFS='|' read -r by command; do
    command=${command# }
    read -r by <<<"$by"
    how[$command]=$by
done < <(grep -v '^#' "$list")

for document in README.md CONTRIBUTING.md doc/*.md results/published/README.md; do
    while read -r command; do
        told[$command]=$document
        [ "${how[$command]-}" ] || complain "$document: nothing is said of what types: $command"
    done < <(commands "$document")
done
for command in "${!how[@]}"; do
    [ "${told[$command]-}" ] || complain "tests/commands.txt: no document says: $command"
    case ${how[$command]} in
    'by .ci/run') grep -qF "${command#make }" .ci/run || complain ".ci/run does not type: $command" ;;
    'by check-'*) grep -q "^${how[$command]#by }:\|[: ]${how[$command]#by }[: ]" make/*.mk ||
        complain "there is no ${how[$command]#by }" ;;
    esac
done

checkout_copy "$folder" || exit 1
cp -a CONTRIBUTING.md .clang-format tests/commands.txt "$folder"
cd "$folder" || exit 1
cp results/published/default/*.dat results
cp data/digits.npz mine.npz
build/bin/loss-dynamics --xi 0.5 --lr 0.1 --repeats 1 --rounds 1 --quiet --save-weights start.npz \
    --out start.dat || complain "no start.npz"

ran=0
while IFS='|' read -r by command; do
    command=${command# }
    case $by in
    run*) given=${by#run} given=${given// /} ;;
    long*) [[ $command == build/bin/* ]] || continue; given=--predict ;;
    *) continue ;;
    esac
    start=$SECONDS
    timeout $seconds_each bash -c "$command $given" >said 2>&1 </dev/null || {
        complain "exit $?: $command $given"
        tail -n 5 said
    }
    ran=$((ran + 1))
    [ $((SECONDS - start)) -lt 10 ] || echo "commands: $((SECONDS - start)) s: $command $given"
done < <(grep -v '^#' "$list")

[ $failures = 0 ] || { echo "commands: $failures complaints"; exit 1; }
echo "commands: ${#how[@]} in the documents, $ran typed here ($SECONDS s)"
