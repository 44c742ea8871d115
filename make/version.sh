#!/bin/sh
# The version of this source, in a line: what git says of this folder's own repository (not of one around it), or what
# git archive wrote into the file beside this script, or why there is none.
#
# usage: make/version.sh    (in the top folder)
# SPDX-License-Identifier: GPL-3.0-or-later
if [ -e .git ] && command -v git >/dev/null; then
    # The repository is named: nothing is searched for, and it need not be the user's own.
    git --git-dir=.git --work-tree=. describe --always --dirty --tags 2>/dev/null || echo 'unknown (git cannot read .git)'
    exit 0
fi
read -r commit tag <make/archive-version
case $commit in
*Format*) echo 'unknown (neither a git repository nor an archive of one)' ;;
*) echo "${tag:-$commit} (archive)" ;;
esac
