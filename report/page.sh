#!/bin/sh
# One page of HTML with all that it shows, FOLDER/report.html, from FOLDER/REPORT.md. Asks nothing
# of the user who runs it: pandoc would look for a home folder.
#
#     report/page.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd -- "$1"
# pandoc 2.19 gave the option its new name, and pandoc 3 warns of the old one.
whole=--self-contained
pandoc --help | grep -q -e --embed-resources && whole=--embed-resources
pandoc REPORT.md --data-dir=. --from markdown --to html5 --standalone $whole --resource-path . \
    --toc --toc-depth 2 --lua-filter "$here/page.lua" --css "$here/report.css" --output report.html
