#!/bin/sh
# Copies the tables of a finished run to where published ones stand, with a file ORIGIN that says what they came from. Refused: tables
# of a version with uncommitted changes or of several versions, data sets or seeds. What names a machine is left out.
#
# usage: report/publish.sh RESULTS PUBLISHED    (make publish)
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
from=$1 to=$2
case $from in -*) from=./$from ;; esac
case $to in -*) to=./$to ;; esac

refuse() {
    echo "publish: $1" >&2
    exit 2
}

# The tables: what to do with each is said by a command, which gets its path.
each_table() {
    for table in "$from"/*.dat; do
        case $table in *.statements.dat) ;; *) "$@" "$table" ;; esac
    done
}

# The values of a note over all tables, each once.
noted() {
    each_table sed -n "s/^# $1: //p" | LC_ALL=C sort -u
}

# Copies a table without what names a machine.
copy() {
    grep -v '^# host: ' "$1" >"$to/${1##*/}"
}

for name in claims statements loss-dynamics.runs infinite-ntk; do
    [ -s "$from/$name.dat" ] || refuse "$from/$name.dat is missing; run make figures claims theory first"
done
version=$(noted version)
seed=$(noted seed)
data=$(noted 'data sha256')
[ "$(echo "$version" | wc -l)" = 1 ] || refuse "the tables are of several versions ($(echo $version)); make distclean and run them again"
[ "$(echo "$seed" | wc -l)" = 1 ] || refuse "the tables are of several seeds"
[ "$(echo "$data" | wc -l)" = 1 ] || refuse "the tables are of several data sets"
case $version in *-dirty) refuse "the tables are of a version with uncommitted changes ($version); commit and run them again" ;; esac
commit=$(git --git-dir=.git rev-parse --verify --quiet "$version^{commit}") || refuse "the tables are of version $version, which is no commit here"

rm -rf "$to"
mkdir -p "$to"
each_table copy
cat >"$to/ORIGIN" <<END
commit: $commit
data sha256: $data
seed: $seed
computed: $(noted date | sed -n '1p') to $(noted date | sed -n '$p')
processor's kernels: $(noted 'openblas core' | paste -sd ' ')
END
echo "published $(ls "$to"/*.dat | wc -l) tables of $version in $to ($(du -sh "$to" | cut -f1))"
