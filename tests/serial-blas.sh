#!/bin/bash
# The programs with the other two builds of OpenBLAS, unpacked beside and put first by LD_LIBRARY_PATH: both are refused
# with exit 1 and one line that names the build and the cure, and no table is written.
#
#     tests/serial-blas.sh FOLDER PROGRAM...
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
folder=${1:-build/serial-blas}
shift
programs=("$@")
[ ${#programs[@]} -gt 0 ] || programs=(build/bin/error-heatmap)
mkdir -p "$folder"
here=$(cd "$folder" && pwd)
failures=0 runs=0

unpack() { # unpack BUILD: prints the folder of its library
    if [ ! -d "$here/$1" ]; then
        (cd "$here" && apt-get download -qq "libopenblas0-$1" && dpkg -x "libopenblas0-$1"_*.deb "$1") >/dev/null 2>&1 ||
            return 1
    fi
    dirname "$(find "$here/$1" -name libopenblas.so.0 | head -n 1)"
}

for build in serial openmp; do
    if ! library=$(unpack $build); then
        echo "blas: $build build skipped: the package libopenblas0-$build cannot be had"
        continue
    fi
    for program in "${programs[@]}"; do
        rm -rf "$here/out"
        said=$(LD_LIBRARY_PATH=$library "$program" --threads 2 --out "$here/out/table.dat" 2>&1 >/dev/null)
        code=$?
        runs=$((runs + 1))
        if [ $code -ne 1 ] || [ "$(wc -l <<< "$said")" -ne 1 ] || [ -e "$here/out" ] ||
            ! grep -q "OpenBLAS is its $build build.*install libopenblas0-pthread and choose it" <<< "$said"; then
            echo "blas: $program with the $build build: exit $code: $(head -n 1 <<< "$said")"
            failures=$((failures + 1))
        fi
    done
done
[ $failures -eq 0 ] || exit 1
[ $runs -eq 0 ] || echo "blas: $runs programs refused a build of OpenBLAS that computes wrongly: $said"
