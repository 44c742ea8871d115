#!/usr/bin/env bash
# Does compare-results hold what it states? Small runs of every program under 20 seeds, each against the next: at most as many are
# called different as one in a hundred allows (more than 2 of 20 happen with probability 0.001). Then planted changes, which must be
# called different under the same seed and under another one: 5 % in eta (60 repetitions; another seed's 20 do not always show it),
# and --unselected zero for keep (3 repetitions).
#
# usage: tests/verify_seeds.sh PROGRAMS FOLDER    (make check-verify)
# Finished units in FOLDER are not computed again.
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail
programs=$1 folder=$2
seeds=20 allowed=2

loss="--samples 100 --width 200 --rounds 8"
heatmap="--samples 50 --width 100 --subnets 1,4,7 --xi 0.3,0.6,1 --repeats 3"

run() { # run SEED PROGRAM NAME OPTIONS...: exit 3, a statement of ours refuted, still is a result
    local seed=$1 program=$2 name=$3 code=0
    shift 3
    "$programs/$program" --quiet --seed "$seed" "$@" --out "$folder/$seed/$name.dat" || code=$?
    [ $code = 0 ] || [ $code = 3 ]
}

run_seed() { # every program once
    local seed=$1 at=$folder/$1
    run "$seed" loss-dynamics loss-dynamics $loss --repeats 20
    run "$seed" error-heatmap error-heatmap $heatmap
    run "$seed" error-heatmap error-heatmap-zero $heatmap --unselected zero
    run "$seed" width-sweep width-sweep --samples 40 --width 50,100,200 --repeats 3
    run "$seed" subnet-sweep subnet-sweep --samples 100 --width 200 --repeats 5
    run "$seed" claims claims --loss "$at/loss-dynamics.runs.dat" --heatmap "$at/error-heatmap.runs.dat" \
        --heatmap-zero "$at/error-heatmap-zero.runs.dat" --width "$at/width-sweep.runs.dat" --subnet "$at/subnet-sweep.runs.dat"
    run "$seed" infinite-ntk infinite-ntk --samples 40
    run "$seed" ntk-concentration ntk-concentration --samples 30 --widths 64,128,256,512,1024,2048 --trials 60
    run "$seed" required-width required-width --sizes 10,20 --trials 60
    run "$seed" local-descent local-descent --samples 20 --width 100 --repeats 2 --wide-trials 30 --rounds 1 --multiples 1,16
    run "$seed" drift drift --samples 20 --width 100 --repeats 2 --wide-trials 30 --rounds 2
    run "$seed" mask-moments mask-moments --samples 30 --trials 240
    run "$seed" bernoulli-rate bernoulli-rate --samples 8 --repeats 6 --along-width 64,128,256 --curve-widths 128,256,512 \
        --along-subnets 1,2,4,8
    run "$seed" categorical-rate categorical-rate --samples 8 --width 64 --rounds 8 --event-width 4096 --event-rounds 2 \
        --event-subnets 1,2 --trials 60
    run "$seed" error-floor error-floor --samples 8 --width 64 --subnets 2 --repeats 3 --runs 1
    run "$seed" statements statements --results "$at"
}

expect() { # expect CODE WHAT A B
    local expected=$1 what=$2 code=0
    "$programs/compare-results" "$3" "$4" >"$folder/said" || code=$?
    if [ $code != "$expected" ]; then
        cat "$folder/said"
        echo "check-verify: $what: exit $code, expected $expected"
        exit 1
    fi
    echo "  $what: $(tail -n 1 "$folder/said")"
}

mkdir -p "$folder"
for ((seed = 1; seed <= seeds; seed++)); do
    run_seed "$seed"
done

alarms=0
for ((seed = 1; seed <= seeds; seed++)); do
    code=0
    "$programs/compare-results" "$folder/$seed" "$folder/$((seed % seeds + 1))" >"$folder/said" || code=$?
    if [ $code = 3 ]; then
        alarms=$((alarms + 1))
        cat "$folder/said"
    elif [ $code != 0 ]; then
        exit $code
    fi
done
echo "  $seeds seeds, each against the next: $alarms called different, $allowed allowed"

expect 0 "the same run" "$folder/1" "$folder/1"
run 1 loss-dynamics planted/eta $loss --repeats 60 --lr 0.168,0.105,0.063
run 1 loss-dynamics planted/same-seed $loss --repeats 60
run 2 loss-dynamics planted/another-seed $loss --repeats 60
expect 3 "eta 5 % larger, same seed" "$folder/1/planted/same-seed.runs.dat" "$folder/1/planted/eta.runs.dat"
expect 3 "eta 5 % larger, another seed" "$folder/2/planted/another-seed.runs.dat" "$folder/1/planted/eta.runs.dat"
expect 0 "another seed without it" "$folder/1/planted/same-seed.runs.dat" "$folder/2/planted/another-seed.runs.dat"
expect 3 "zero for keep, same seed" "$folder/1/error-heatmap.runs.dat" "$folder/1/error-heatmap-zero.runs.dat"
expect 3 "zero for keep, another seed" "$folder/2/error-heatmap.runs.dat" "$folder/1/error-heatmap-zero.runs.dat"
[ $alarms -le $allowed ]
