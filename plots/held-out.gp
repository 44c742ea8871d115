# Does the noise of masks regularise? Left: the error of the rows trained on (hollow) and of rows held out (full) against xi, one
# colour for each number of subnetworks; bars are standard deviations. Right: that of the rows held out over what it is without
# masks (xi = 1) from the same starts, geometric mean with its 95 % interval.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/held-out.dat"
if (!usable(table)) { exit error missing(table) }

stats table using (note(column("subnets"))) nooutput
ps = seen
stats table using "xi" nooutput
least_xi = STATS_min
most_xi  = STATS_max
apart    = 0.012 * (most_xi - least_xi)

beside(i)       = column("xi") + apart * (i - 0.5 * (words(ps) + 1))
of(p)           = column("subnets") == p
curve(p, name)  = of(p) ? number(name) : NaN

again = "lowest = 1e30; highest = -1e30"
stats table using (watch(column("subnets"), number("held_low")), watch(column("subnets"), number("held_high"))) nooutput
least_ratio = highest < lowest ? 0.9 : lowest
most_ratio  = highest < lowest ? 1.1 : highest
eval again
stats table using (watch(column("subnets"), number("mean")), watch(column("subnets"), number("held"))) nooutput
eval or_blank

set xlabel "probability xi that a subnetwork takes a neuron"
set xrange [least_xi - 0.06 : most_xi + 0.06]
set title offset 0, -0.6
set multiplot layout 1, 2 margins screen 0.075, screen 0.985, screen 0.15, screen 0.78 spacing screen 0.09

set title "held out (lines), trained on (points)"
set key at screen 0.53, screen 0.99 center top maxrows 1 title ""
set ylabel "error"
set yrange [lowest / room(highest / lowest) : 1.3 * highest * room(highest / lowest)]
set logscale y
eval log_tics("y", highest / lowest)
plot for [i = 1 : words(ps)] table using (beside(i)) : (curve(word(ps, i), "mean")) \
         with points linetype i pointtype 6 notitle, \
     for [i = 1 : words(ps)] table using (beside(i)) : (curve(word(ps, i), "held")) \
         : (under(number("held"), spread("held_sd"))) : (number("held") + spread("held_sd")) \
         with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : words(ps)] table using (beside(i)) : (curve(word(ps, i), "held")) \
         with lines linetype i notitle, \
     for [i = 1 : words(ps)] table using (beside(i)) : (lost(of(word(ps, i)), number("held"))) \
         with points linetype i pointtype 2 pointsize 2 * dot notitle, \
     for [i = 1 : words(ps)] keyentry with linespoints linetype i pointtype 7 title "p = ".word(ps, i).fate(word(ps, i))

unset key
unset logscale y
unset ytics
set ytics nomirror scale 0.4 offset 0.4, 0 textcolor rgb "#202020" autofreq
set title "held out, over the error without masks"
set ylabel "ratio"
margin = 0.05 * (most_ratio - least_ratio)
set yrange [least_ratio - margin : most_ratio + margin]
plot 1 with lines linetype 7 notitle, \
     for [i = 1 : words(ps)] table using (beside(i)) : (column("xi") < 1 ? curve(word(ps, i), "held_ratio") : NaN) \
         : (number("held_low")) : (number("held_high")) with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : words(ps)] table using (beside(i)) : (curve(word(ps, i), "held_ratio")) with lines linetype i notitle
unset multiplot
