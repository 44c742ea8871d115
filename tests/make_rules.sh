#!/bin/bash
# What make makes again, and what it leaves alone: on a copy of this checkout and its build folder, with runs of a second.
#
#     tests/make_rules.sh FOLDER    (make check-make, in the top folder, everything built)
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
. tests/support/checkout_copy.sh
folder=${1:-build/check-make}
failures=0

expect() { # expect WHAT COMMAND...: the command succeeds
    local what=$1
    shift
    "$@" >said 2>&1 && return
    echo "make: $what: not so: $*"
    tail -n 5 said
    failures=$((failures + 1))
}
refuse() { ! "$@"; }
says() { # says TEXT COMMAND...: it fails with this text
    local text=$1
    shift
    ! "$@" >said.once 2>&1 && grep -qF -- "$text" said.once
}
quiet() { [ -z "$(make -n -s "$@" 2>&1)" ]; }
quick() { make -s PROFILE=quick THREADS=1 "${tiny[@]}" "$@"; }
inode() { stat -c '%i %Y' "$1"; }

checkout_copy "$folder/copy" || exit 1
cd "$folder/copy" || exit 1

# --- a build that is up to date, and what is taken from it ---
expect "all is up to date in a copy" quiet all
start=$(date +%s%N)
make -s all
[ $((($(date +%s%N) - start) / 1000000)) -lt 1000 ] || { echo "make: nothing to do takes a second"; failures=$((failures + 1)); }
rm build/single/src/stats/trend.o
expect "a lost object is missed" refuse quiet all
expect "a lost object is compiled" make -s all
expect "a lost object is there" test -s build/single/src/stats/trend.o
rm build/*/lib*.a
some="build/bin/subnet-sweep build/bin/infinite-ntk"
expect "lost archives are made" make -s $some
expect "archives are there" test -s build/single/libstats.a -a -s build/double/libstats.a
echo 'int left_over(void); int left_over(void) { return 1; }' >src/stats/left_over.c
expect "a new source is compiled" make -s $some
expect "a new source is in the archive" sh -c 'ar t build/single/libstats.a | grep -q left_over'
rm src/stats/left_over.c
expect "a source that is no more leaves no trouble" make -s $some
expect "a source that is no more leaves the archive" refuse sh -c 'ar t build/single/libstats.a | grep -q left_over'
expect "all is up to date again" quiet $some
expect "other flags compile again" refuse quiet CFLAGS=-O1 build/single/src/stats/trend.o
expect "the usual flags again" make -s build/single/src/stats/trend.o

# --- tables and pictures ---
R=results/quick P=plots/quick
expect "a table and its picture" quick $P/subnet-sweep.svg
expect "another table" quick $R/infinite-ntk.dat
expect "the page of advise" quick $R/advise.txt
expect "tables are up to date" test -z "$(quick -n $P/subnet-sweep.svg $R/infinite-ntk.dat $R/advise.dat | grep -v 'is up to date')"
for lost in $R/subnet-sweep.dat $R/subnet-sweep.runs.dat $R/infinite-ntk.dat $R/infinite-ntk.statements.dat $P/subnet-sweep.png \
    $R/advise.txt $R/advise.dat; do
    rm $lost
    expect "$lost, lost, is made again" quick $lost
    expect "$lost is there" test -s $lost
done
rm $R/advise.dat
expect "make advise misses its table" quick advise
expect "and makes it" test -s $R/advise.dat
before=$(inode $R/subnet-sweep.dat)
expect "other settings make the table again" quick $R/subnet-sweep.dat subnet_sweep_flags='--samples 20 --width 8 --subnets 1,2 --repeats 3'
expect "it is another table" test "$before" != "$(inode $R/subnet-sweep.dat)"
expect "nothing of another profile was run" test ! -e results/subnet-sweep.dat

# The commands that redo rows and tables go where these were, not to another profile's table.
for command in "$(sed -n 's/^# command: //p' $R/subnet-sweep.dat)" \
    "$(grep -v '^#' $R/infinite-ntk.statements.dat | sed -n 2p | sed 's/.* //; s/\([^\\]\)_/\1 /g; s/\\_/_/g')"; do
    expect "redone: $command" sh -c "$command --fresh --quiet"
    expect "to its own place: $command" test ! -e results/subnet-sweep.dat -a ! -e results/infinite-ntk.dat
done

# --- what a user asks for ---
for profile in quick default paper; do
    expect "every table of a new folder has its rule, PROFILE=$profile" \
        make -n PROFILE=$profile SEED=7 verify pictures theory
done
make -n PROFILE=quick SEED=7 verify >said.verify 2>&1
for table in results/published/quick/*.dat; do
    name=$(basename "$table" .dat)
    case $name in *.*) continue ;; esac # written beside another
    expect "verify makes $name, which is published" grep -q "/$name.dat" said.verify
done
expect "nothing is made yet" sh -c 'make -s list SEED=77 | grep -q "nothing is made yet"'
head -c 3000 data/digits.npz >cut.npz
expect "predict fails with its programs" says "cut.npz" quick predict DATA=cut.npz
expect "a data set that is not there" says "DATA=none.npz: no file" quick predict DATA=none.npz
expect "published results of another data set" says "not of" quick verify DATA=cut.npz
expect "a seed that is none" says "SEED=x" make -s all SEED=x
printf '#!/bin/sh\necho 128\n' >nproc
chmod +x nproc
expect "64 threads of 128 processors" sh -c 'PATH=$PWD:$PATH make -s print-THREADS 2>&1 | grep -q "64 are used"'
expect "a number of threads that was given" sh -c 'make -n PROFILE=quick SEED=7 THREADS=3 pictures | grep -q -- "--threads 3"'
expect "else the programs' own" sh -c '! make -n PROFILE=quick SEED=7 pictures | grep -q -- --threads'
expect "a table on 128 processors" env PATH="$PWD:$PATH" make -s PROFILE=quick "${tiny[@]}" $R/width-sweep.dat

# --- the version: of this folder's repository, whoever owns it, and of no other ---
version() { make -s build/bin/VERSION && cat build/bin/VERSION; }
expect "no repository" sh -c 'make -s build/bin/VERSION; grep -q "^unknown (neither" build/bin/VERSION'
git init -q .. && git -C .. -c user.name=a -c user.email=a@b commit -q --allow-empty -m outer && git -C .. tag thesis-v7
expect "an outer repository's tag is not ours" sh -c '! make -s build/bin/VERSION || ! grep -q thesis build/bin/VERSION'
git init -q . && git add Makefile && git -c user.name=a -c user.email=a@b commit -q -m inner && git tag ours-1
expect "our own tag" sh -c 'make -s build/bin/VERSION; grep -q "^ours-1" build/bin/VERSION'
if [ "$(id -u)" = 0 ]; then
    chown -R 65534 .git
    expect "a checkout of another owner" sh -c 'make -s build/bin/VERSION; grep -q "^ours-1" build/bin/VERSION'
fi
rm -rf .git ../.git
sed -i 's/.*/1234abc v1.2-3-g1234abc/' make/archive-version
expect "an archive's own" sh -c 'make -s build/bin/VERSION; grep -qx "v1.2-3-g1234abc (archive)" build/bin/VERSION'

expect "built in a folder further below" make -s B=build/be/low build/be/low/bin/VERSION
expect "its programs find the data" test build/be/low/share/masked-ntk/data -ef data

# --- installing, and cleaning ---
expect "installed" make -s install DESTDIR="$PWD/my root" PREFIX=/usr
(cd / && "$OLDPWD/my root/usr/bin/subnet-sweep" --samples 20 --width 8 --subnets 1,2 --repeats 2 --quiet --out "$OLDPWD/out/s.dat") >said 2>&1
expect "an installed program finds its data" grep -q "^# data: .*my root/usr/share/masked-ntk/data/digits.npz" out/s.dat
expect "and its version" grep -q '^# version: v1.2-3-g1234abc (archive)' out/s.dat
command -v pandoc >/dev/null && expect "its man page" test -s "my root/usr/share/man/man1/subnet-sweep.1"
expect "uninstalled" make -s uninstall DESTDIR="$PWD/my root" PREFIX=/usr
expect "nothing is left" test -z "$(find 'my root' -type f)"
expect "clean" make -s clean
expect "clean keeps results" test ! -e build -a -s $R/infinite-ntk.dat -a -s $P/subnet-sweep.svg
expect "distclean" make -s distclean
expect "distclean keeps what is published" test ! -e $R -a ! -e $P -a -d results/published
[ $failures = 0 ] || exit 1
echo "make: what is lost is made again, what is there stays, versions and folders are right ($SECONDS s)"
