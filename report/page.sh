#!/bin/sh
# One page of HTML with all that it shows, FOLDER/report.html, from FOLDER/REPORT.md, and beside it the mathematics that its
# statements lead to, FOLDER/mathematics.html. Asks nothing of the user who runs it: pandoc would look for a home folder.
#
#     report/page.sh FOLDER
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd -- "$1"
REPORT_FOLDER=$(pwd)
export REPORT_FOLDER # page.lua finds the pictures from there; pandoc itself would read names with : % # as addresses
cd - >/dev/null
cd -- "$(dirname -- "$0")"
# pandoc 2.19 gave the option its new name, and pandoc 3 warns of the old one.
whole=--self-contained
pandoc --help | grep -q -e --embed-resources && whole=--embed-resources
page() { # page SOURCE NAME OPTION...: FOLDER/NAME, whole or not there
    name=$REPORT_FOLDER/$2
    source=$1
    shift 2
    pandoc --data-dir=. --to html5 --standalone $whole --mathml --toc --css report.css "$@" <"$source" >"$name.tmp"
    mv -- "$name.tmp" "$name"
}
page "$REPORT_FOLDER/REPORT.md" report.html --from markdown-implicit_figures --toc-depth 1 --lua-filter page.lua --include-after-body fold.html
page ../doc/mathematics.md mathematics.html --from markdown-blank_before_header --toc-depth 1 --lua-filter proofs.lua \
    --metadata title="The statements, with proofs and constants" --metadata lang=en
