#!/bin/sh
# The tag of a data set in the names of its folders: its file's name, in letters that every tool takes, and the first digits of
# its SHA-256, so that two data sets of one name have two folders. Nothing for the embedded data set; "missing" where no file
# can be read.
#
# usage: make/data-tag.sh FILE
# SPDX-License-Identifier: GPL-3.0-or-later
[ "$1" -ef data/digits.npz ] && exit 0
if ! [ -f "$1" ] || ! [ -r "$1" ]; then
    echo missing
    exit 0
fi
name=${1##*/}
name=$(printf '%s' "${name%.npz}" | LC_ALL=C tr -c 'A-Za-z0-9_.-' '_' | cut -c 1-40)
sum=$(sha256sum <"$1") # by redirection: for some names sha256sum writes a mark before the sum
printf '%s-%.8s\n' "$name" "$sum"
