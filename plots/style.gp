# The looks of every panel, and the functions that panels share. A panel loads this file first.
# SPDX-License-Identifier: GPL-3.0-or-later

reset
set border 3 linewidth 0.6 linecolor rgb "#404040"
set tics nomirror scale 0.4 textcolor rgb "#202020"
set grid linetype -1 linecolor rgb "#dddddd" linewidth 0.5 dashtype 1
set xtics offset 0, 0.3
set ytics offset 0.4, 0
set xlabel offset 0, 0.6
set ylabel offset 0.6, 0
set lmargin 8.5
set rmargin 2.8
set bmargin 2.8
set key tmargin center vertical Left reverse samplen 2.2 spacing 0.95
set pointsize dot
set bars 0.5

# Curves: colour-blind safe (after Okabe and Ito), each at least 3 : 1 in contrast to white, and told apart in grey by
# lightness, dash and point shape. Symbols are spelled as in the tables: xi, kappa, lambda_0, Hinf.
set linetype 1 linecolor rgb "#000000" linewidth 1.3 dashtype 1               pointtype 7
set linetype 2 linecolor rgb "#d55e00" linewidth 1.3 dashtype (12, 5)         pointtype 5
set linetype 3 linecolor rgb "#0072b2" linewidth 1.3 dashtype (4, 4)          pointtype 13
set linetype 4 linecolor rgb "#009e73" linewidth 1.3 dashtype (12, 4, 3, 4)   pointtype 9
set linetype 5 linecolor rgb "#cc79a7" linewidth 1.3 dashtype (8, 3)          pointtype 6
set linetype 6 linecolor rgb "#6b4a1e" linewidth 1.3 dashtype (2, 3)          pointtype 4
set linetype cycle 6

# Ordered values: viridis, turned round so that lighter is smaller.
set palette defined (0 "#fde725", 1 "#b5de2b", 2 "#6ece58", 3 "#35b779", 4 "#1f9e89", \
                     5 "#26828e", 6 "#31688e", 7 "#3e4989", 8 "#482878", 9 "#440154")

# Tables: one line of column names, then rows. What diverged is nan: number() reads it, where column() would make
# gnuplot drop the row. A single repetition has no standard deviation.
set datafile columnheaders
usable(table)  = system(sprintf("grep -sv -m 2 -e '^#' -e '^$' '%s' | sed -n 2s/.*/yes/p", table)) eq "yes"
missing(table) = sprintf("%s%s is missing or has no rows: run its program, or make figures", told_as, table[2:*])
number(name)   = real(stringcolumn(name))
finite(v)      = v < 1e30
spread(name)   = finite(number(name)) ? number(name) : 0

# stats TABLE using (note(column(NAME))) gathers the distinct values of a column in `seen`, between blanks.
seen            = " "
among(list, v)  = strstrt(list, sprintf(" %g ", v)) > 0
joined(list, v) = among(list, v) ? list : list.sprintf("%g ", v)
note(v)         = (seen = joined(seen, v), v)

# stats TABLE using (watch(CURVE, VALUE)) finds the range of the values, and in `diverged` the curves that have a nan.
lowest          = 1e30
highest         = -1e30
diverged        = " "
widen(v)        = (lowest = v < lowest ? v : lowest, highest = v > highest ? v : highest)
watch(curve, v) = (finite(v) ? widen(v) : (diverged = joined(diverged, curve)), 0)
fate(curve)     = among(diverged, real(curve)) ? " diverged" : ""

# After that: where no value is finite an axis has any range, and the panel says why it is empty.
or_blank = 'if (highest < lowest) { lowest = 0.1; highest = 1; \
    set label 9 "diverged: no finite error" at graph 0.5, graph 0.5 center front }'
# A cross at the frame's top where the value of a curve is nan: lost(CURVE'S, VALUE).
lost(drawn, v)  = drawn && !finite(v) ? highest : NaN

# Tics at whole rounds: eval round_tics(last round).
round_step(last) = last <= 12 ? 1 : last <= 24 ? 2 : last <= 60 ? 5 : 10 * ceil(last / 100.0)
round_tics(last) = sprintf("set xtics 0, %d", round_step(last))

# A key has one row where its names are few and short.
key_rows(curves) = words(diverged) > 0 || words(curves) > 3 ? 3 : 1

# Lower end of a bar of one standard deviation where the axis is logarithmic: cut at a tenth of the mean.
under(mean, sd) = mean - sd > 0.1 * mean ? mean - sd : 0.1 * mean

# A logarithmic axis from lowest to highest: room at either end, as a factor, and tics as dense as the range asks:
# eval log_tics("y", highest / lowest).
room(ratio)   = 1.02 * ratio**0.05
digits(ratio) = ratio > 300 ? "1" : ratio > 8 ? "1 2 5" : ratio > 2 ? "1 1.5 2 3 4 5 7" \
              : "1 1.1 1.2 1.3 1.4 1.6 1.8 2 2.2 2.5 2.8 3 3.5 4 4.5 5 5.5 6 6.5 7 8 9"
log_tics(axis, ratio) = sprintf('set %stics (1); do for [e = -9:9] { do for [d in "%s"] { \
    set %stics add (sprintf("%%g", d * 10.0**e) d * 10.0**e) } }', axis, digits(ratio), axis)

# The same over many decades: powers of ten, every second one where there are many.
power_tics(axis, ratio) = sprintf('set %stics ("1" 1); do for [e = -10:12:%d] { \
    set %stics add (sprintf("10^{%%d}", e) 10.0**e) }', axis, ratio > 1e7 ? 2 : 1, axis)

# stats TABLE using (keep(VALUE)) finds the range of what a logarithmic axis can show.
keep(v) = (v > 0 && finite(v) ? widen(v) : 0, 0)

# What a table's note says: told(TABLE, KEY) is the text after "# KEY: ", or after "# --KEY: " where KEY is an option.
told(table, key) = system(sprintf("sed -n 's/^# \\(--\\)*%s: //p' '%s' | head -n 1", key, table))

# A quantile's limit as the end of a bar: limit(NAME, "low"). What the sample cannot give (inf) stands at the quantile.
limit(name, end) = abs(number(name."_".end)) < 1e30 ? number(name."_".end) : number(name)

# What is no measurement: a level to compare with.
set linetype 7 linecolor rgb "#808080" linewidth 1 dashtype (2, 2) pointtype 1
