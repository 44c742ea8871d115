# Figure 2b: error level over the number of subnetworks and xi, lighter = smaller, on one scale: of Algorithm 1, as the
# effective dynamics predict it without drawing a mask, and of the released program, where a neuron that no subnetwork took
# gets weight 0. The page of Figure 2 has the first alone, since its cells have no room for the numbers of three.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
maps     = figure eq "figure2" ? 1 : 3
map(i)   = results."/".word("error-heatmap error-floor-heatmap error-heatmap-zero", i + 1).".dat"
named(i) = i == 0 ? tag."Algorithm 1 (keep)" : i == 1 ? "predicted without masks" : "released program (zero)"
last     = maps - 1
do for [i = 0 : last] {
    table = map(i)
    if (!usable(table)) { exit error missing(table) }
}

# Errors in thousandths, in the cells and on the colour bar.
error(i) = 1000 * number(i == 1 ? "level" : "mean")

# Both axes are categories: a cell lies at the ranks of its values, whatever their spacing.
do for [i = 0 : last] {
    stats map(i) using (note(column("xi")), i == 1 ? keep(error(1)) : watch(column("xi"), error(i))) nooutput
}
eval or_blank
unset label 9
xis  = seen
seen = " "
do for [i = 0 : last] {
    stats map(i) using (note(column("subnets"))) nooutput
}
subnets    = seen
shift      = 1.07 * words(subnets)
middle     = 0.5 * (words(subnets) + 1)
rank(l, v) = sum [k = 1 : words(l)] (real(word(l, k)) <= v * (1 + 1e-9))
x(name, i) = rank(subnets, column(name)) + i * shift
y(name)    = rank(xis, column(name))

# Whether a cell of the prediction is empty.
unpredicted = 0
if (last) { stats map(1) using (unpredicted = finite(error(1)) ? unpredicted : 1, 0) nooutput }

# Colours stop at an error of 10: runs that are about to diverge do not stretch the scale.
highest = highest < 1e4 ? highest : 1e4

# Two figures or more in a cell, dark on light and white on dark; a white cell with a cross where the runs diverged,
# with a dash where nothing is predicted (stability number 2 or more).
blank(i)      = i == 1 ? "{/*2 –}" : "{/*2 ×}"
figures(v, i) = !finite(v) ? blank(i) : v < 9.95 ? sprintf("%.1f", v) : v < 999.5 ? sprintf("%.0f", v) \
           : v < 9950 ? sprintf("%.1fk", v / 1000) : sprintf("10^{%.0f}", log10(v))
ink(v)     = !finite(v) || v < lowest**0.4 * highest**0.6 ? 0x000000 : 0xffffff

set border 0
set tics scale 0
unset grid
unset key
set lmargin 5.5
set tmargin 2
set bmargin 6
set xrange [0.4 : words(subnets) + last * shift + 0.6]
set yrange [0.4 : words(xis) + 0.6]
set xtics ()
set ytics ()
do for [v in subnets] {
    do for [i = 0 : last] { set xtics add (v rank(subnets, v) + i * shift) }
}
do for [v in xis] {
    set ytics add (v rank(xis, v))
}
set xlabel "subnetworks p"
set label 1 "xi" at graph -0.02, graph 1.05 right
do for [i = 0 : last] { set label 10 + i named(i) at middle + i * shift, graph 1.05 center }

set logscale cb
set cbrange [lowest * 0.999 : highest * 1.001]
eval log_tics("cb", highest / lowest)
set cbtics offset 0, 0.4
set colorbox horizontal user origin graph 0.3, graph -0.3 size graph 0.7, graph 0.04
set label 4 "error × 1000" at graph 0, graph -0.285
set label 5 (diverged eq " " ? "" : "×: diverged   ").(unpredicted ? "–: not predicted" : "") at graph 0, graph -0.365

plot for [i = 0 : last] map(i) using (x("subnets", i)) : (y("xi")) : (0.5) : (0.5) \
         : (finite(error(i)) ? error(i) : NaN) \
         with boxxyerror linetype 1 fillcolor palette fillstyle solid 1 border linecolor rgb "#ffffff", \
     for [i = 0 : last] map(i) using (x("subnets", i)) : (finite(error(i)) ? NaN : y("xi")) : (0.5) : (0.5) \
         with boxxyerror linetype 1 fillcolor rgb "#ffffff" fillstyle solid 1 border linecolor rgb "#808080", \
     for [i = 0 : last] map(i) using (x("subnets", i)) : (y("xi")) : (figures(error(i), i)) : (ink(error(i))) \
         with labels textcolor rgb variable font ",6"
