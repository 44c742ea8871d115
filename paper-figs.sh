#!/bin/bash
# From a fresh clone to the paper's figures: missing packages, build, experiments, pictures, and a list of what was made.
# Settings of `make figures` may follow, such as PROFILE=quick or DATA=features.npz.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
here=$PWD
cd -- "$(dirname -- "$0")"
settings=()
for setting in "$@"; do
    case $setting in
    DATA=/*) ;;
    DATA=*) [ "$here" = "$PWD" ] || setting=DATA=$here/${setting#DATA=} ;; # as the caller sees it
    esac
    settings+=("$setting")
done
make/deps.sh
make -s -j "$(nproc)" all "${settings[@]}"
make -s figures "${settings[@]}"
make -s claims "${settings[@]}"
echo
echo "What was made:"
make -s list "${settings[@]}"
