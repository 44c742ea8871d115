#!/bin/bash
# Panel 2a at the paper's settings (m = 500, p = 10, tau = 10, K = 20): loss-dynamics beside the same experiment in
# weight space (weight_space.py: PyTorch, or NumPy without it), in turns on the same processors.
#
#   bench/compare-peer.sh FILE.npz [XI LR [REPEATS [FORM...]]]
#
# Prints, for each form, seconds of a run of K rounds and the ratio peer / engine: of the clock, and of processor
# time, which says more where the machine has other work. The engine's is the mean of ten runs, as in the figure: what
# neurons are active on hangs on the start, and a run takes up to a sixth more than another; the peer's work is the same
# for all. Rounds and runs may be cut: ROUNDS=5 RUNS=2. The peer is first replayed against the released program's losses.
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
data=$1 xi=${2:-0.5} lr=${3:-0.1} repeats=${4:-3}
forms=(gathered masked autograd)
[ $# -le 4 ] || forms=("${@:5}")
rounds=${ROUNDS:-20} runs=${RUNS:-10} threads=${THREADS:-$(nproc)} bin=${BIN:-build/bin} python=${PYTHON:-/usr/bin/python3}
peer=$(dirname "$0")/weight_space.py
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export OPENBLAS_NUM_THREADS=$threads OMP_NUM_THREADS=$threads

library=$("$python" -c 'import torch' 2>/dev/null && echo torch || echo numpy)
[ "$library" = torch ] || forms=("${forms[@]/autograd/}")
for form in ${forms[@]}; do
    for replay in tests/reference/replay-bernoulli*.npz; do
        "$python" "$peer" --check "$replay" --data data/digits.npz --form "$form" >/dev/null
    done
done

# A run on each thread at a time; seconds of clock and of processor for each run. Loading the data is not counted: the
# same runs with one round are taken off.
TIMEFORMAT='%R %U'
engine() {
    for k in 1 "$rounds"; do
        { time "$bin/loss-dynamics" --data "$data" --xi "$xi" --lr "$lr" --rounds "$k" --repeats "$runs" \
            --threads "$threads" --fresh --quiet --out "$scratch/engine.dat"; } 2>"$scratch/time.$k"
    done
    paste "$scratch/time.1" "$scratch/time.$rounds" |
        awk -v n="$runs" -v k="$rounds" '{ f = k / (k - 1) / n; print ($3 - $1) * f, ($4 - $2) * f }'
}

# Seconds of clock and of processor for one run. PyTorch's OpenMP threads would spin while those of BLAS work, at twice
# the cost: they are told to sleep.
weight_space() {
    OMP_WAIT_POLICY=PASSIVE "$python" "$peer" --data "$data" --xi "$xi" --lr "$lr" --rounds "$rounds" --form "$1" --threads "$threads" |
        awk -v k="$rounds" '{ print $1 * k, $2 * k }'
}

# Median of a column.
middle() {
    awk "{ print \$$1 }" "$2" | sort -g |
        awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'
}

echo "xi=$xi lr=$lr, $rounds rounds, $runs runs, $threads threads, $repeats times in turns, peer: $library"
echo "form engine_s peer_s ratio engine_cpu_s peer_cpu_s ratio_cpu"
for form in ${forms[@]}; do
    for ((i = 0; i < repeats; i++)); do
        echo "$(engine) $(weight_space "$form")"
    done | awk '{ print $1, $3, $3 / $1, $2, $4, $4 / $2 }' >"$scratch/pairs"
    echo "$form $(middle 1 "$scratch/pairs") $(middle 2 "$scratch/pairs") $(middle 3 "$scratch/pairs")" \
         "$(middle 4 "$scratch/pairs") $(middle 5 "$scratch/pairs") $(middle 6 "$scratch/pairs")"
done
