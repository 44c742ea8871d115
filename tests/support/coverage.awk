# Lines of src/*.c that were executed, from the annotated sources of `gcov --stdout`: "count:line:text", where count is
# '-' for a line without code and '#####' for one that was not reached; "-:0:Source:file" begins a file. The same file
# comes once for each precision.
# SPDX-License-Identifier: GPL-3.0-or-later
$3 == "Source" { file = $4; sub(/^\.\//, "", file); next }
file !~ /^src\/.*\.c$/ || $2 + 0 == 0 || $1 ~ /^ *-$/ { next }
{
    key = file SUBSEP $2 + 0
    if (!(key in code)) { code[key]; lines[file]++ }
    if ($1 !~ /[#=]/ && !(key in reached)) { reached[key]; hit[file]++ }
}
function row(name, hits, of) { return sprintf("%-32s %6d of %6d lines  %5.1f %%", name, hits, of, 100 * hits / of) }
END {
    for (file in lines) {
        all += lines[file]
        good += hit[file]
        print row(file, hit[file], lines[file]) | "sort"
    }
    close("sort")
    if (!all) {
        print "coverage: nothing was measured"
        exit 1
    }
    print row("all", good, all)
    if (!(100 * good / all >= least)) {
        printf "coverage: below %g %%\n", least
        exit 1
    }
}
