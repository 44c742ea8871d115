#!/bin/bash
# The source as an unpacked archive that is only read, built, tested and drawn elsewhere (B=) by a
# user with nothing: no entry in the list of users, no home folder, no locale, no terminal, files
# that are the user's own (umask 077).
#
#     tests/ordinary_user.sh
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/.." || exit

fail() {
    [ -s "$folder/log" ] && tail -n 30 "$folder/log"
    echo "user: $1"
    exit 1
}

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
chmod 0755 "$folder"
mkdir "$folder/source" "$folder/build"

# What is not committed yet comes too; a source without git is copied.
commit=$(git stash create 2>/dev/null)
git archive "${commit:-HEAD}" 2>/dev/null | tar -x -C "$folder/source" 2>/dev/null ||
    tar -c --exclude=./build --exclude=./.git . | tar -x -C "$folder/source"
chmod -R a-w,a+rX "$folder/source"

as=(env -i PATH=/usr/local/bin:/usr/bin:/bin)
who="this user without a home folder"
if [ "$(id -u)" = 0 ]; then
    id=54321
    while getent passwd $id >/dev/null; do id=$((id + 1)); done
    chown $id:$id "$folder/build"
    as=(setpriv --reuid=$id --regid=$id --clear-groups "${as[@]}")
    who="user $id without an entry"
fi
"${as[@]}" test -w "$folder/build" -a -r "$folder/source/Makefile" 2>/dev/null || {
    echo "user: skipped: $who may not be, or may not read below $folder"
    exit 0
}

umask 077
cd "$folder/source" || fail "no folder of the source"
for targets in "figures report PROFILE=quick" test; do
    # -O1: built sooner.
    "${as[@]}" make -s -j "$(nproc)" B="$folder/build" EXTRA_CFLAGS="-O1 -Wno-format-truncation" \
        $targets >"$folder/log" 2>&1 ||
        fail "make $targets failed for $who"
    ! grep -i -E 'warning|error:' "$folder/log" || fail "make $targets has complaints for $who"
    tests=$(sed -n 's/.*Tested: \([0-9]*\) .*/\1/p' "$folder/log" | paste -s -d+)
done
for file in plots/quick/figure2.{pdf,svg,png} results/quick/report.html; do
    [ -s "$folder/build/$file" ] || fail "$file was not made below B"
done
echo "user: $((tests)) tests, figures and report by $who, source only read ($SECONDS s)"
