#!/bin/bash
# The heat map in 8 shares under GNU parallel: one program is killed midway and tried again, the shares are gathered,
# and the tables are those of one run, byte for byte but for the lines of provenance.
#
#     tests/gnu-parallel.sh FOLDER BIN
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
folder=${1:-build/parallel} bin=${2:-build/bin}
parallel --version 2>/dev/null | grep -q 'GNU parallel' || {
    echo "parallel: skipped: no GNU parallel; apt-get install parallel"
    exit 0
}

fail() {
    echo "parallel: $1"
    exit 1
}
rm -rf "$folder"
mkdir -p "$folder"
options=(--samples 120 --width 150 --subnets "2,4,8" --xi "0.3,0.6" --lr 0.05 --rounds 60 --repeats 8 --quiet)
parallel --will-cite --retries 3 --joblog "$folder/jobs" \
    "$bin/error-heatmap" "${options[@]}" --threads 1 --shard {}/8 --out "$folder/many/error-heatmap.dat" ::: {1..8} &
parallel=$!

# One of its programs is killed once there are units. GNU parallel starts each by a shell of its own or not.
victim=
for _ in $(seq 600); do
    sleep 0.1
    find "$folder/many" -name '*.unit' 2>/dev/null | grep -q . || continue
    victim=$(pgrep -P "$parallel,$(pgrep -d, -P $parallel)" -x error-heatmap | head -n 1)
    [ -n "$victim" ] && kill -KILL "$victim" 2>/dev/null && break
    victim=
done
[ -n "$victim" ] || fail "no program was found to kill"
wait $parallel || fail "a share failed: $(cat "$folder/jobs")"
[ ! -e "$folder/many/error-heatmap.dat" ] || fail "a share wrote the table"
stamps() { find "$folder/many" -name '*.unit' -printf '%i %T@ %p\n' | sort; }
before=$(stamps)
"$bin/error-heatmap" "${options[@]}" --out "$folder/many/error-heatmap.dat" || fail "gathering failed"
[ "$before" = "$(stamps)" ] || fail "gathering computed units again"
"$bin/error-heatmap" "${options[@]}" --out "$folder/one/error-heatmap.dat" || fail "the single run failed"
for table in error-heatmap.dat error-heatmap.runs.dat; do
    [ -s "$folder/many/$table" ] || fail "$table was not gathered"
    cmp <(grep -v '^#' "$folder/many/$table") <(grep -v '^#' "$folder/one/$table") || fail "$table differs"
done
echo "parallel: 8 shares, one killed and tried again, gathered: the tables are those of one run ($SECONDS s)"
