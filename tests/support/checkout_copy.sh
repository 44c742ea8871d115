# For scripts in this folder: copies of a built checkout, and settings with which its programs take a second.
# SPDX-License-Identifier: GPL-3.0-or-later

# What a make above these scripts was told is not for theirs.
unset MAKELEVEL MAKEFLAGS MFLAGS MAKEOVERRIDES DATA SEED PROFILE THREADS

# checkout_copy FOLDER: the sources, the published results and what is built, times kept; no repository.
checkout_copy() {
    rm -rf -- "${1:?}"
    mkdir -p -- "$1/results" "$1/build" &&
        cp -a Makefile README.md CITATION.cff paper-figs.sh bench data doc experiments make plots report src tests theory "$1" &&
        cp -a results/published "$1/results" &&
        cp -a build/single build/double build/bin build/flags build/link-flags build/processor.o build/packages "$1/build" &&
        find "$1/plots" -mindepth 1 -maxdepth 1 ! -name '*.gp' ! -name '*.md' -exec rm -rf {} +
}

tiny=(subnet_sweep_flags='--samples 20 --width 8 --subnets 1,2 --repeats 2'
    width_sweep_flags='--samples 20 --width 4,8 --subnets 2 --rounds 3 --repeats 2'
    advise_flags='--samples 12 --width 30 --rounds 5 --repeats 2 --run-samples 8 --trials 10'
    infinite_ntk_flags='--samples 10 --entries 20 --networks 2 --widths 16,32')
