#!/bin/bash
# Tables of two builds of the program, byte for byte: tests/compare_builds.sh BEFORE AFTER compares every NAME.dat of the
# folder BEFORE with that of AFTER. Left out are comment lines and the columns that say how a row is shown or found, not
# what was computed: slack, sense, source, anchor, command; and columns that only AFTER has. One line a table, and the
# first rows that differ; exit 1 if a table differs or is missing, 2 without tables.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
LC_ALL=C

if [ $# -ne 2 ] || [ ! -d "$1" ] || [ ! -d "$2" ]; then
    echo "usage: tests/compare_builds.sh BEFORE AFTER (two folders of tables)" >&2
    exit 2
fi

# compared TABLE NAMES: the rows of TABLE, by the columns that the first line NAMES names.
compared() {
    awk -v names="$2" '
        BEGIN { count = split(names, kept, " ") }
        /^#/ { next }
        !head++ { for (i = 1; i <= NF; i++) at[$i] = i
                  for (k = 1; k <= count; k++)
                      if (!(kept[k] in at)) { print "lost column: " kept[k]; exit }
                  next }
        { row = ""
          for (k = 1; NF && k <= count; k++) row = row (k > 1 ? " " : "") $at[kept[k]]
          print row }' "$1"
}

names_of() {
    grep -v '^#' "$1" | head -n 1 | tr ' ' '\n' | grep -vxE 'slack|sense|source|anchor|command' | tr '\n' ' '
}

tables=0 different=0
for before in "$1"/*.dat; do
    [ -e "$before" ] || break
    name=${before##*/} after=$2/${before##*/}
    tables=$((tables + 1))
    if [ ! -e "$after" ]; then
        echo "missing    $name"
        different=$((different + 1))
        continue
    fi
    names=$(names_of "$before")
    if rows=$(diff <(compared "$before" "$names") <(compared "$after" "$names")); then
        echo "same       $name: $(compared "$before" "$names" | wc -l) rows"
    else
        echo "different  $name"
        grep '^[<>]' <<<"$rows" | cut -c 1-300 | head -n 10
        different=$((different + 1))
    fi
done
if [ $tables -eq 0 ]; then
    echo "compare_builds.sh: $1 has no tables (NAME.dat)" >&2
    exit 2
fi
echo "$tables tables, $different different or missing"
[ $different -eq 0 ]
