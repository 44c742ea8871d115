#!/bin/sh
# One page of HTML with all that it shows, FOLDER/report.html, from FOLDER/REPORT.md. Asks nothing of the user who runs it:
# pandoc would look for a home folder.
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
pandoc --data-dir=. --from markdown --to html5 --standalone $whole --toc --toc-depth 2 --lua-filter page.lua --css report.css \
    <"$REPORT_FOLDER/REPORT.md" >"$REPORT_FOLDER/report.html.tmp"
mv -- "$REPORT_FOLDER/report.html.tmp" "$REPORT_FOLDER/report.html"
