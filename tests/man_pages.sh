#!/bin/bash
# Man pages: each has every option that its program names, and man and mandoc, where they are
# installed, read it without a warning.
#
#     tests/man_pages.sh BIN PAGE...    (make check-man)
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
export LC_ALL=C.UTF-8
bin=$1
shift
failures=0
complain() {
    echo "man pages: $1"
    failures=$((failures + 1))
}

for page; do
    program=$(basename "$page" .1)
    text=$(sed 's/\\-/-/g' "$page")
    grep -q '^\.TH "' <<<"$text" || complain "$page has no title"
    grep -A1 '^\.SH NAME' <<<"$text" | grep -q "^$program - ." ||
        complain "$page does not say what $program is"
    while read -r option; do
        grep -qF -- "[B]$option" <<<"$text" || complain "$page lacks $option"
    done < <("$bin/$program" --help | sed -nE 's/^ +(-., )?(--[a-z-]+).*/\2/p' |
        grep -vx -e --help -e --usage -e --version)
done

readers=
if command -v man >/dev/null && man --version >/dev/null 2>&1; then
    readers+=' man'
    for page; do
        said=$(man --warnings -l "$page" 2>&1 >/dev/null) && [ -z "$said" ] || complain "man of $page: $said"
    done
fi
if command -v mandoc >/dev/null; then
    readers+=' mandoc'
    for page; do
        said=$(mandoc -T lint -W warning "$page" 2>&1) || complain "$said"
    done
fi
[ "$readers" ] || echo 'man pages: read by nothing, skipped: neither man nor mandoc is installed'

[ $failures = 0 ] || { echo "man pages: $failures complaints"; exit 1; }
echo "man pages: $# pages, every option in them${readers:+, read without a warning by$readers}"
