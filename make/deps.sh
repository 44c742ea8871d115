#!/bin/sh
# deps.sh [SET]: the packages that building, testing and drawing need (no SET), or those of one more thing: report, fresh
# (bare machines), checks (fuzzers, valgrind, thread sanitizer, Slurm on this machine, GNU parallel), by their names in
# Debian 12 and 13. Installs what is missing where it may (root, or sudo without a password); otherwise prints the one
# command to type and exits 2.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
case ${1-build} in
build) packages="gcc make libc6-dev libgsl-dev libopenblas-pthread-dev liblapacke-dev libzip-dev libmd-dev libarpack2-dev libcriterion-dev gnuplot-nox fonts-dejavu-core" ;;
report) packages="pandoc" ;;
fresh) packages="mmdebstrap" ;;
format) packages="clang-format-16" ;;
checks) packages="clang libclang-rt-dev libomp-dev valgrind slurmctld slurmd slurm-client munge parallel procps python3-numpy python3-pandas" ;;
*)
    echo "deps: '$1' is not a set of packages; give report, checks, fresh or nothing" >&2
    exit 2
    ;;
esac

missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root=sudo
else
    echo "deps: missing packages; type: sudo apt-get update && sudo apt-get install -y$missing" >&2
    exit 2
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq >/dev/null &&
    $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
echo "deps: apt-get failed; type: apt-get update && apt-get install -y$missing" >&2
exit 2
