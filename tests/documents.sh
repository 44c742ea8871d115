#!/bin/bash
# The documents and the code name each other truly; nothing is built or run for it.
#
#     tests/documents.sh    (in the top folder)
#
# Anchors that code and documents cite are in doc/mathematics.md; a heading of it that ends in
# [exact], [derived] or [paper] is a statement that some claim checks; links lead somewhere; what
# `make X`, build/bin/X and doc text promise is there; README.md is a page.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
export LC_ALL=C.UTF-8
mathematics=doc/mathematics.md
readme_lines=130
failures=0

complain() {
    echo "documents: $1"
    failures=$((failures + 1))
}

# The files that are ours to read, as git or, without one, the folders have them.
files() { # files PATTERN...: names that match, results that were computed here left out
    find . -type d \( -name .git -o -name build \) -prune -o -type f \( "$@" \) -print |
        sed 's|^\./||' | grep -Ev '^results/([^p]|p[^u])|^plots/.*/' | sort
}
mapfile -t documents < <(files -name '*.md')
mapfile -t code < <(files -name '*.[ch]' -o -name '*.gp' -o -name '*.sh' -o -name '*.mk' -o -name Makefile)

# --- anchors ----------------------------------------------------------------------------------------------------
# anchor[NAME]: the kinds at the end of its heading; "text" where there are none, and no claim checks it.
declare -A anchor checked
while read -r name kinds; do anchor[$name]=${kinds:-text}; done < <(
    awk '/^<a id="/ { split($0, part, "\""); name = part[2]; print name }
         /^#.*\[[a-z, ]+\]$/ { sub(/.*\[/, ""); sub(/\]$/, ""); print name, $0 }' $mathematics)

flat() { tr '\n' ' ' <"$1" | sed -E 's/ [*#] / /g; s/ +/ /g'; } # a file in a line, comments' margins left out

claimed() { # rows of claims, ..., "ANCHOR", KIND, TEST_...: anchor and kind
    flat "$1" | grep -oE '"[a-z0-9-]+", (EXACT|DERIVED|PAPER)\b' | tr -d '",' | tr '[:upper:]' '[:lower:]'
}
mentioned() { # "(ANCHOR in doc/mathematics.md)", several with commas or `and`
    flat "$1" | grep -oE '\([a-z0-9-]+((,| and) [a-z0-9-]+)* in doc/mathematics\.md\)' |
        sed -E 's/^\(//; s/ in doc.*//; s/,| and / /g' | tr -s ' ' '\n'
}
while read -r file; do
    while read -r name kind; do
        checked[$name]=1
        if [ -z "${anchor[$name]-}" ]; then
            complain "$file: a claim names '$name', which is no anchor of $mathematics"
        elif [[ ${anchor[$name]} != *$kind* ]]; then
            complain "$file: a claim of kind $kind names '$name', which is of kind ${anchor[$name]}"
        fi
    done < <(claimed "$file")
done < <(grep -lE '\b(EXACT|DERIVED|PAPER)\b' "${code[@]}" | grep -v '^tests/')
while read -r file; do
    while read -r name; do
        [ -n "${anchor[$name]-}" ] || complain "$file: '($name in $mathematics)' is no anchor of it"
    done < <(mentioned "$file")
done < <(grep -lF mathematics.md "${code[@]}")

for name in $(printf "%s\n" "${!anchor[@]}" | sort); do
    [ "${anchor[$name]}" = text ] || [ -n "${checked[$name]-}" ] ||
        complain "$mathematics: no claim checks '$name'"
done

# --- links between documents ------------------------------------------------------------------------------------
places() { # what a link to a document may name behind '#': its anchors, and its headings as slugs
    grep -o '<a id="[^"]*"' "$1" | cut -d'"' -f2
    grep -E '^#+ ' "$1" | sed -E 's/^#+ //; s/`//g' | tr '[:upper:]' '[:lower:]' |
        sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}
links() { # links of a document, code left out
    awk '/^```/ { code = !code } !code' "$1" | sed 's/`[^`]*`//g' | grep -oE '\]\([^) ]+\)' | sed -E 's/^\]\(//; s/\)$//'
}
for document in "${documents[@]}"; do
    while read -r link; do
        case $link in *://* | mailto:*) continue ;; esac
        file=${link%%#*}
        file=${file:+$(dirname "$document")/$file}
        file=${file:-$document}
        if [ ! -e "$file" ]; then
            complain "$document: ($link) leads nowhere"
        elif [ "${link#*#}" != "$link" ] && ! places "$file" | grep -qxF -- "${link#*#}"; then
            complain "$document: ($link): '${link#*#}' is no place of it"
        fi
    done < <(links "$document")
done

# --- what documents tell to type --------------------------------------------------------------------------------
targets=" $(grep -hoE '^[a-z][a-z -]*:' Makefile make/*.mk | tr -d ':' | tr '\n' ' ') "
programs=" $(sed -nE 's/^(EXPERIMENTS|REPORTS|THEORY|TOOLS) := //p' Makefile | sed 's/$([A-Z]*)//' | tr '\n' ' ') "
typed() { # commands in code blocks and code spans
    awk '/^```/ { code = !code; next } code' "$1"
    awk '/^```/ { code = !code } !code' "$1" | grep -oE '`[^`]+`' | tr -d '`'
}
for document in "${documents[@]}"; do
    while read -r target; do
        [[ $targets == *" $target "* ]] || complain "$document: there is no target: make $target"
    done < <(typed "$document" | grep -oE '(^|[;&|(] *)make (-s )?([A-Z_]+=[^ ]* )*[a-z][a-z-]*([^a-z/.-]|$)' |
        grep -oE '[a-z-]+[^a-z]?$' | tr -cd 'a-z\n-' | sort -u)
    while read -r program; do
        [[ $programs == *" $program "* ]] || complain "$document: there is no program build/bin/$program"
    done < <(typed "$document" | grep -oE 'build/bin/(double/)?[a-z][a-z-]+' | sed 's|.*/||' | grep -vE '^(double|tests.*)$' | sort -u)
done

# --- numbers from the published tables ---------------------------------------------------------------------------
make/findings.sh | cmp -s - doc/findings.md || complain "doc/findings.md is not of the published tables; make findings"
readme=$(tr '\n' ' ' <README.md | tr -d '`*' | tr -s ' ')
while read -r fact; do
    [[ $readme == *"$fact"* ]] || complain "README.md does not say: $fact"
done < <(make/findings.sh --facts)
while read -r table time; do
    grep -F "results/$table.dat" README.md | grep -qF "| $time" || complain "README.md: $table took $time in the published run"
done < <(make/findings.sh --times)

# What is published is of a profile, named in the README.md beside it, and whole.
profiles=$(sed -nE 's/.*ifeq \(\$\(PROFILE\),([a-z]+)\).*/\1/p' make/profiles.mk)
for profile in quick default paper; do
    grep -qF "\`$profile/\`" results/published/README.md || complain "results/published/README.md does not name $profile/"
done
for folder in results/published/*/; do
    grep -qx "$(basename "$folder")" <<<"$profiles" || complain "$folder is of no profile"
    [ -s "$folder/ORIGIN" ] || complain "$folder has no ORIGIN"
    missing=$(LC_ALL=C comm -23 <(ls results/published/default | LC_ALL=C sort) <({ ls "$folder"; sed -n 's/^not made yet: //p' "$folder/ORIGIN" | tr ' ' '\n'; } | LC_ALL=C sort) | tr '\n' ' ')
    [ -z "$missing" ] || complain "$folder lacks $missing"
done

# --- the rest ---------------------------------------------------------------------------------------------------
lines=$(wc -l <README.md)
[ "$lines" -le $readme_lines ] || complain "README.md has $lines lines, more than $readme_lines"

while read -r file; do
    complain "$file names a document that is not here: $(grep -om1 'paper[.]md[^.,;:)]*' "$file")"
done < <(files -name '*' | tr '\n' '\0' | xargs -0 grep -lI 'paper[.]md')

# Every source, script, makefile and drawing names its licence.
licence=$(printf 'SPDX-%s: GPL-3.0-or-later' License-Identifier)
while read -r file; do
    complain "$file names no licence; a line of it says: $licence"
done < <(files -name '*.[ch]' -o -name '*.gp' -o -name '*.sh' -o -name '*.mk' -o -name '*.py' -o -name '*.awk' \
    -o -name '*.lua' -o -name '*.css' -o -name Makefile -o -name Containerfile -o -path './.ci/run' |
    tr '\n' '\0' | xargs -0 grep -LF "$licence")

# A drawing may not name a function as gnuplot does, of any release that draws: 5.4 takes round(x) = ..., 6.0
# (whose own functions these are, of its "help expressions functions") ends there.
own_of_gnuplot='
abs acos acosh Ai airy arg asin asinh atan atan2 atanh besi0 besi1 besin besj0 besj1 besjn
BesselH1 BesselH2 BesselI BesselJ BesselK BesselY besy0 besy1 besyn Bi cbrt cdawson ceil cerf
column columnhead complex conj cos cosh EllipticE EllipticK EllipticPi erf erfc erfi exists exp
expint faddeeva floor FresnelC FresnelS gamma gprintf Hankel hsv2rgb ibeta igamma imag int
inverf invibeta invigamma invnorm join lambertw LambertW lgamma lnGamma log log10 norm palette
rand real rgbcolor round sgn sin sinh split sprintf sqrt strcol strftime stringcolumn strlen
strptime strstrt substr SynchrotronF system tan tanh time timecolumn tm_hour tm_mday tm_min
tm_mon tm_sec tm_wday tm_week tm_yday tm_year trim uigamma valid value voigt voxel VP VP_fwhm
weekdate_cdc weekdate_iso word words zeta'
while IFS=: read -r file name; do
    [[ " ${own_of_gnuplot//$'\n'/ } " != *" $name "* ]] ||
        complain "$file: $name() is a function of gnuplot 6.0; give ours another name"
done < <(grep -oE '^ *[A-Za-z_]\w*\([a-z, ]*\) *=' plots/*.gp | sed -E 's/: */:/; s/\(.*//')

for folder in $(files -name '*.[ch]' -o -name '*.gp' -o -name '*.mk' | grep -Eo '^[^/]+(/[^/]+)?/' | sort -u) doc/; do
    case $folder in theory/?*/ | tests/?*/ | fuzz/) continue ;; esac # told of by the folder above
    [ -s "${folder}README.md" ] || complain "${folder}README.md is missing"
done

# Rows "| `NAME` | ..." of a folder's README.md are files of it, or modules (NAME.h, NAME.c), or folders.
for document in "${documents[@]}"; do
    folder=$(dirname "$document")
    case $document in */README.md) ;; *) continue ;; esac
    case $folder in results/* | data) continue ;; esac
    while read -r name; do
        compgen -G "$folder/$name" >/dev/null || compgen -G "$folder/$name.[ch]" >/dev/null ||
            complain "$document: there is no $name in $folder"
    done < <(grep -E '^\| `' "$document" | cut -d'|' -f2 | grep -oE '`[^`]+`' | tr -d '`')
done

# The floors of src: what is in one is named in its README.md, and includes nothing of a floor above it.
below=
for floor in $(sed -n 's/^floors := //p' Makefile); do
    below="$below $floor"
    for header in src/"$floor"/*.h; do
        module=$(basename "$header" .h)
        grep -qE "\`$module(\.h)?\`" "src/$floor/README.md" || complain "src/$floor/README.md does not name $module"
    done
    while IFS=: read -r file include; do
        include=${include#*\"}
        [[ "$below " == *" ${include%%/*} "* ]] || complain "$file includes $include, of no floor below"
    done < <(grep -Ho '^#include "[^"]*' src/"$floor"/*.[ch])
done
for folder in experiments:theory theory:experiments; do
    ! grep -ln "^#include \"${folder#*:}/" "${folder%:*}"/*.[ch] "${folder%:*}"/*/*.[ch] 2>/dev/null | grep . ||
        complain "these files of ${folder%:*}/ include what is of ${folder#*:}/"
done

for program in $programs; do
    grep -qx "## $program" doc/programs.md || complain "doc/programs.md does not describe $program"
done

[ $failures = 0 ] || { echo "documents: $failures complaints"; exit 1; }
echo "documents: ${#documents[@]} documents, ${#anchor[@]} anchors, nothing to complain of"
