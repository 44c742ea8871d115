#!/bin/sh
# From a fresh clone to the paper's figures: missing packages, build, experiments, pictures, and a list of what was made.
# Settings of `make figures` may follow, such as PROFILE=quick or DATA=features.npz.
set -eu
cd "$(dirname "$0")"
./deps.sh
make -s -j "$(nproc)" all "$@"
make -s figures "$@"
make -s claims "$@"
echo
echo "What was made:"
make -s list "$@"
