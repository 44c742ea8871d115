#!/bin/bash
# The man page of one program, made of its section in doc/programs.md by pandoc.
#
#     make/man.sh PROGRAM DOCUMENT >PROGRAM.1    (make man, in the top folder)
#
# Options and columns become lists of definitions, whose texts fill any terminal's width; links
# keep their words alone. What all programs have in common is the section "All of them". The date
# is the document's, or that of SOURCE_DATE_EPOCH.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
export LC_ALL=C.UTF-8
program=$1 document=$2
version=$(sed -n 's/^version: *//p' CITATION.cff | tr -d '"')
changed=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(stat -c %Y "$document")}" +%F)

section() { # section HEADING: what is below it, up to the next; links without their places
    awk -v heading="## $1" '$0 == heading { on = 1; next } /^## / { on = 0 } on' "$document" |
        sed -E ':again; /\[[^]]*$/ { N; s/\n/ /; b again }; s/\[([^]]*)\]\([^) ]*\)/\1/g'
}
definitions() { # lines "      --name=X   text" of options and rows "| `name` | text |" as lists
    awk '
        /^<!-- options/ { options = first = 1; if (/ common /) first = 0; next }
        /^<!-- columns/ { columns = 1; next }
        /^<!-- end/ { later = options && !common; options = columns = 0; next }
        /^# / { common = /^# COMMON/; later = 0 }
        options && (/^```/ || /^ Common options:/) { next }
        options && NF && first { print "# OPTIONS\n"; first = 0 }
        options && /^ [^ ]/ { sub(/^ /, ""); group = group $0 " " }
        options && group != "" { # a heading, of one line or two
            if (sub(/: $/, "", group)) { print "\n## " group "\n"; group = "" }
            next
        }
        options && /^  +-/ {
            sub(/^ +/, ""); term = $0; text = ""
            if (match($0, /  +/)) {
                term = substr($0, 1, RSTART - 1); text = substr($0, RSTART + RLENGTH)
            }
            print "\n`" term "`\n\n:   " text; next
        }
        options && /^ +/ { sub(/^ +/, ""); print "    " $0; next }
        columns && /^\|/ {
            if ($0 !~ /^\| `/) { next }
            gsub(/\\\|/, "\001"); split($0, cell, / *\| */); gsub(/\001/, "|", cell[3])
            print "\n" cell[2] "\n\n:   " cell[3]; next
        }
        later && NF { print "# TABLES\n"; later = 0 }
        { print }'
}
described() { section "$program" | sed '/^```/,$d; /^<!--/,$d'; }
named() { described | tr '\n' ' ' | sed -E 's/[.;] .*//; s/ +$//'; }
after() { section "$program" | awk '/^```/ || /^<!--/ { on = 1 } on'; }

{
    printf '%% %s(1) Masked NTK %s | Masked NTK\n%%\n%% %s\n\n' "$program" "$version" "$changed"
    printf '# NAME\n\n%s - %s\n\n' "$program" "$(named)"
    printf '# SYNOPSIS\n\n**%s** [*options*]%s\n\n' "$program" \
        "$([ "$program" = compare-results ] && echo ' *A* *B*')"
    printf '# DESCRIPTION\n\n%s\n\n# EXAMPLES\n\n' "$(described)"
    after
    printf '\n# COMMON OPTIONS\n\n'
    section 'All of them'
    printf '\n# SEE ALSO\n\n%s\n' \
        'doc/mathematics.md, doc/glossary.md and doc/programs.md of the source'
} | definitions | pandoc --from markdown-tex_math_dollars-smart --to man --standalone |
    # A paragraph begins at a heading by itself; terminals have no typewriter font.
    sed -E '/^\.S[HS] /{ n; /^\.PP$/d }; s/\\f\[(V|C|CR|CB|VB)\]/\\f[B]/g'
