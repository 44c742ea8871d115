#!/bin/bash
# Options and columns of doc/programs.md, written anew from what the programs say of themselves: between a line
# "<!-- options of PROGRAM -->" or "<!-- columns of TABLE -->" and the next "<!-- end -->" everything is replaced. The rest
# of the document is the writer's.
#
#     make/manual.sh BIN TABLES DOCUMENT    (make manual)
#
# BIN has the programs, TABLES a small run's tables. With "common" for PROGRAM: the options that all have.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
export LC_ALL=C
bin=$1 tables=$2 document=$3

usual() { # usual PROGRAM: common options whose defaults are its own, where it takes data
    local lines=$("$bin/$1" --help | awk '/^ +-/ { on = /^ +--(samples|rows)=/ } !NF { on = 0 } on')
    [[ $lines != *'(default'* ]] || printf ' Common options, by default:\n%s\n' "$lines"
}
options() { # options PROGRAM: what its --help has and the others have not
    if [ "$1" = common ]; then
        "$bin/claims" --help | sed -n '/^ Common options:/,$p' |
            sed 's/(default results.claims/(default results\/PROGRAM/; /^ *-?, --help/,$d'
    else
        "$bin/$1" --help | sed '1,/^$/d; /^ Common options:/,$d'
        usual "$1"
    fi | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}
columns() { # columns TABLE: its legend
    sed -n 's/^# column \([^:]*\): /\1\t/p' "$tables/$1.dat" | sed 's/|/\\|/g' |
        awk -F'\t' 'BEGIN { print "| column | is |\n|---|---|" } { print "| `" $1 "` | " $2 " |" }'
}

while IFS= read -r line; do
    [ "${skipped-}" ] && [ "$line" != '<!-- end -->' ] && continue
    skipped=
    printf '%s\n' "$line"
    case $line in
    '<!-- options of '*)
        name=${line#<!-- options of } name=${name% -->}
        printf '\n```\n%s\n```\n\n' "$(options "$name")"
        skipped=yes
        ;;
    '<!-- columns of '*)
        name=${line#<!-- columns of } name=${name% -->}
        printf '\n%s\n\n' "$(columns "$name")"
        skipped=yes
        ;;
    esac
done <"$document"
