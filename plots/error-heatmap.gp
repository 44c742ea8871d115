# Figure 2b: error level over the number of subnetworks and xi, lighter = smaller: as predicted without drawing a mask, and
# measured for the two treatments of a neuron that no subnetwork took: it keeps its weights (Algorithm 1), or gets weight 0
# (the released program).

load scripts."/style.gp"
keep = results."/error-heatmap.dat"
zero = results."/error-heatmap-zero.dat"
told = results."/error-floor-heatmap.dat"
if (!usable(keep)) { exit error missing(keep) }
if (!usable(zero)) { exit error missing(zero) }
if (!usable(told)) { exit error missing(told) }
map(i) = i == 0 ? told : i == 1 ? keep : zero

# Errors in thousandths, in the cells and on the colour bar.
error(i) = 1000 * number(i ? "mean" : "level")

keep_range(v) = finite(v) ? widen(v) : 0

# Both axes are categories: a cell lies at the ranks of its values, whatever their spacing.
do for [i = 0 : 2] {
    stats map(i) using (note(column("xi")), i ? watch(column("xi"), error(i)) : keep_range(error(0))) nooutput
}
xis  = seen
seen = " "
do for [i = 0 : 2] {
    stats map(i) using (note(column("subnets"))) nooutput
}
subnets    = seen
shift      = words(subnets) + 0.9
middle     = 0.5 * (words(subnets) + 1)
rank(l, v) = sum [k = 1 : words(l)] (real(word(l, k)) <= v * (1 + 1e-9))
x(name, i) = rank(subnets, column(name)) + i * shift
y(name)    = rank(xis, column(name))

# Colours stop at an error of 10: runs that are about to diverge do not stretch the scale.
highest = highest < 1e4 ? highest : 1e4

# Where there is room, figures in a cell, dark on light and white on dark; a white cell with a cross where runs diverged, with
# a dash where nothing is predicted (stability number 2 or more).
narrow     = words(subnets) > 6
blank(i)   = i ? "{/*1.6 ×}" : "{/*1.6 –}"
figures(v, i) = !finite(v) ? blank(i) : narrow ? "" : v < 9.95 ? sprintf("%.1f", v) : v < 999.5 ? sprintf("%.0f", v) \
           : v < 9950 ? sprintf("%.1fk", v / 1000) : sprintf("10^{%.0f}", log10(v))
ink(v)     = !finite(v) || v < sqrt(lowest * highest) ? 0x000000 : 0xffffff

set border 0
set tics scale 0
unset grid
unset key
set lmargin 4.6
set rmargin 0.6
set tmargin 2
set bmargin 6
set xrange [0.4 : words(subnets) + 2 * shift + 0.6]
set yrange [0.4 : words(xis) + 0.6]
set xtics ()
set ytics ()
each = narrow ? 3 : 1
do for [v in subnets] {
    if (narrow && int(rank(subnets, v)) % each != 1) { continue }
    set xtics add (v rank(subnets, v), v rank(subnets, v) + shift, v rank(subnets, v) + 2 * shift)
}
do for [v in xis] {
    set ytics add (v rank(xis, v))
}
set xlabel "subnetworks p"
set label 1 "ξ" at graph -0.02, graph 1.05 right
set label 2 tag."predicted" at middle, graph 1.05 center
set label 3 "Algorithm 1 (keep)" at middle + shift, graph 1.05 center
set label 6 "released (zero)" at middle + 2 * shift, graph 1.05 center

set logscale cb
set cbrange [lowest * 0.999 : highest * 1.001]
eval log_tics("cb", highest / lowest)
set cbtics offset 0, 0.4
set colorbox horizontal user origin graph 0.3, graph -0.3 size graph 0.7, graph 0.04
set label 4 "error × 1000" at graph 0, graph -0.285
set label 5 (diverged eq " " ? "" : "×: diverged   ")."–: not predicted" at graph 0, graph -0.365

plot for [i = 0 : 2] map(i) using (x("subnets", i)) : (y("xi")) : (0.5) : (0.5) \
         : (finite(error(i)) ? error(i) : NaN) \
         with boxxyerror linetype 1 fillcolor palette fillstyle solid 1 border linecolor rgb "#ffffff", \
     for [i = 0 : 2] map(i) using (x("subnets", i)) : (finite(error(i)) ? NaN : y("xi")) : (0.5) : (0.5) \
         with boxxyerror linetype 1 fillcolor rgb "#ffffff" fillstyle solid 1 border linecolor rgb "#909090", \
     for [i = 0 : 2] map(i) using (x("subnets", i)) : (y("xi")) : (figures(error(i), i)) : (ink(error(i))) \
         with labels textcolor rgb variable font narrow ? ",4.3" : ",6"
