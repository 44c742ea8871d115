#!/bin/bash
# other_processors.sh FOLDER [VARIANT...]: builds everything for other processors and by other
# compilers in FOLDER, where no warning is allowed, and runs the tests. Ends with a table: how many
# tests each variant passed in single and in double precision. All variants, if none is named:
#     x86-64 x86-64-v2 x86-64-v3 x86-64-v4 native    as ARCH
#     O0 Os clang    without optimisation, for size, by clang
#     aarch64        by a cross compiler, run by QEMU, with Debian's libraries in FOLDER/root;
#                    without the suites that preload a library into the programs (faults), bound
#                    threads, memory and time, which would be QEMU's (limits; a test of a predicted
#                    time), or fork processes that start threads, which QEMU ends (sweep_failures); it
#                    says what it leaves out
#     older          a program for x86-64-v3 refuses to start on an older processor (QEMU's)
# narrower and wider stand for x86-64 and x86-64-v4; if native has all instructions of that already,
# wider stands for x86-64-v3. What this machine cannot run is told: "skipped: ...". TEST_FLAGS are
# for the tests. Exit 1 if a variant failed.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
unset MAKEFLAGS MFLAGS # variants have settings of their own
cd "$(dirname "$0")/.."
folder=$1
shift
[ $# -gt 0 ] || set -- x86-64 x86-64-v2 x86-64-v3 x86-64-v4 native O0 Os clang aarch64 older
jobs=$(nproc)
failed=0
table=

row() { # row VARIANT SINGLE DOUBLE SECONDS
    table+=$(printf '%-12s %-24s %-24s %6s' "$1" "$2" "$3" "$4")$'\n'
}

skip() { # skip VARIANT REASON
    echo "  SKIP    $1: skipped: $2"
    row "$1" "skipped: $2" '' ''
}

has() { command -v "$1" >/dev/null; }

runs_level() { # can this processor run x86-64-v3, ...? The dynamic linker knows.
    [ "$(uname -m)" = x86_64 ] || return 1
    [ "$1" = x86-64 ] || /lib64/ld-linux-x86-64.so.2 --help 2>/dev/null | grep -q "$1 (supported"
}

build() { # build VARIANT SETTING...: all programs and tests; false, and why, if it fails or warns
    local bin=$folder/$1/bin variant=$1 log=$folder/$1.build
    shift
    mkdir -p "$folder"
    if ! make -s -j "$jobs" B="$folder/$variant" "$@" all \
        "$bin"/{tests-single,tests-double,fail_write.so} >"$log" 2>&1; then
        tail -n 20 "$log"
        return 1
    fi
    ! grep -E -A 5 'warning:|ABI.* changed|changed in GCC' "$log"
}

passed() { # passed LOG: "351 of 351 passed", of Criterion's last line
    sed -nE 's/.*Tested: ([0-9]+) \| Passing: ([0-9]+) .*/\2 of \1 passed/p' "$1" | tail -n 1
}

run_tests() { # run_tests VARIANT PRECISION PROGRAMS COMMAND...: by COMMAND; PROGRAMS: their folder
    local tests=$folder/$1/bin/tests-$2 programs=$3 log=$folder/$1.$2
    shift 3
    mkdir -p build/test-tmp
    # shellcheck disable=SC2086
    MNTK_BIN=$programs OPENBLAS_NUM_THREADS=1 "$@" "$tests" ${TEST_FLAGS-} >"$log" 2>&1 && return
    grep -vE '^\[(PASS|RUN|SKIP)' "$log" | tail -n 40
    return 1
}

try() { # try VARIANT SETTING...: builds with the settings and runs the tests; adds the row
    local variant=$1 start=$SECONDS precision programs=$folder/$1/bin command=env
    if ! build "$@"; then
        failed=1
        row "$variant" 'not built, or warnings' '' $((SECONDS - start))
        return
    fi
    if [ "$variant" = aarch64 ]; then
        wrap_programs
        programs=$folder/aarch64/run command=qemu-aarch64
    fi
    for precision in single double; do
        run_tests "$variant" $precision "$programs" $command || failed=1
    done
    row "$variant" "$(passed "$folder/$variant.single")" "$(passed "$folder/$variant.double")" \
        $((SECONDS - start))
}

try_level() { # try_level ARCH
    if runs_level "$1"; then
        try "$1" "ARCH=$1"
    else
        skip "$1" "this processor has not all instructions of $1"
    fi
}

try_wider() { # than native
    if ${CC:-gcc} -march=native -dM -E -x c /dev/null | grep __AVX512F__ >/dev/null; then
        echo "  ARCH    native is as wide as x86-64-v4: x86-64-v3 in its place"
        try_level x86-64-v3
    else
        try_level x86-64-v4
    fi
}

# --- aarch64 --------------------------------------------------------------------------------------
packages=libc6-dev,libgomp1,libgsl-dev,libopenblas-pthread-dev,liblapacke-dev,libzip-dev
packages+=,libmd-dev,libarpack2-dev,libcriterion-dev

unpack_root() { # Debian's libraries for aarch64, in $folder/root; false where they cannot be had
    local root=$folder/root release
    [ -e "$root/complete" ] && return
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    rm -rf "$root"
    mmdebstrap --variant=extract --architectures=arm64 --include=$packages "$release" "$root" \
        >"$folder/root.log" 2>&1 && touch "$root/complete"
}

wrap_programs() { # a shell script for every program, by which the tests run it
    local program name
    rm -rf "$folder/aarch64/run"
    for program in "$folder"/aarch64/bin/* "$folder"/aarch64/bin/double/*; do
        name=$folder/aarch64/run/${program#"$folder/aarch64/bin/"}
        [ -d "$program" ] && continue
        mkdir -p "$(dirname "$name")"
        printf '#!/bin/sh\nexec qemu-aarch64 -0 "$0" %q "$@"\n' "$(realpath "$program")" >"$name"
        chmod +x "$name"
    done
}

try_aarch64() {
    local root=$PWD/$folder/root workers=$PWD/$folder/qemu_workers.o tool compiler
    local blas=/usr/lib/aarch64-linux-gnu/openblas-pthread
    local left_out='@(faults*|limits|sweep_failures)/*|error_floor/the_time*'
    for tool in aarch64-linux-gnu-gcc qemu-aarch64 mmdebstrap; do
        has $tool || { skip aarch64 "there is no $tool"; return; }
    done
    mkdir -p "$folder"
    unpack_root || { skip aarch64 "no libraries for it ($folder/root.log)"; return; }
    compiler="aarch64-linux-gnu-gcc --sysroot=$root -isystem $root${blas/lib/include}"
    compiler+=" -L$root$blas -Wl,-rpath-link,$root$blas"
    $compiler -std=c17 -D_GNU_SOURCE -Wall -Wextra -c tests/support/preload/qemu_workers.c -o "$workers"
    export QEMU_LD_PREFIX=$root QEMU_SET_ENV=LD_LIBRARY_PATH=$blas
    echo "  SKIP    aarch64: skipped: $left_out; what is shown on a terminal"
    TEST_FLAGS=${TEST_FLAGS---filter !($left_out)} try aarch64 CC="$compiler" ARCH=armv8-a \
        LIBS="-llapacke -lopenblas -lgsl -lzip -lmd -larpack -lm $workers"
}

# --- a processor that lacks what the program was built for ----------------------------------------
try_older() {
    has qemu-x86_64 || { skip older "there is no qemu-x86_64"; return; }
    local log=$folder/older.build program=$folder/x86-64-v3/bin/loss-dynamics said code
    mkdir -p "$folder"
    make -s -j "$jobs" B="$folder/x86-64-v3" ARCH=x86-64-v3 "$program" >"$log" 2>&1 || cat "$log"
    said=$(qemu-x86_64 -cpu Nehalem "$program" --version 2>&1)
    code=$?
    said=$(grep -v '^qemu-x86_64: warning' <<<"$said")
    if [ $code = 2 ] && [[ $said == 'loss-dynamics: was built for a processor with '* ]] &&
        [[ $said != *$'\n'* ]]; then
        row older 'refuses in a line' '' ''
    else
        echo "$said (exit $code)"
        row older 'does not refuse' '' ''
        failed=1
    fi
}

for variant in "$@"; do
    echo "  ARCH    $variant"
    case $variant in
    narrower) try_level x86-64 ;;
    wider) try_wider ;;
    x86-64*) try_level "$variant" ;;
    native) try native ARCH=native ;;
    O0 | Os) try "$variant" "EXTRA_CFLAGS=-$variant" ;;
    clang) if has clang; then try clang CC=clang; else skip clang "there is no clang"; fi ;;
    aarch64) try_aarch64 ;;
    older) try_older ;;
    *)
        echo "other_processors.sh: '$variant' is no variant" >&2
        exit 2 ;;
    esac
done
printf '%-12s %-24s %-24s %6s\n' variant single double s
printf '%s' "$table"
exit $failed
