# Why the error of Figure 2c rises with the width: the figure's curve at the largest xi of its
# controls, and theirs; bars are standard deviations.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
curves = "width-sweep width-rounds width-rate width-theory"
table(i) = results."/".word(curves, i).".dat"
do for [i = 1 : words(curves)] { if (!usable(table(i))) { exit error missing(table(i)) } }

array titles[4] = ["figure", "same rounds", "lr W/m", "theory scaling"]
stats table(2) using "xi" nooutput
xi = STATS_max
here(x) = abs(column("xi") - xi) < 1e-9 ? x : NaN
do for [i = 1 : words(curves)] {
    stats table(i) using (abs(column("xi") - xi) < 1e-9 ? watch(i, number("mean")) : 0) nooutput
}
eval or_blank

# Curves stand a little beside each other, so that their bars do not hide one another.
stats table(2) using "width" nooutput
beside(i) = column("width") + (i - 0.5 * (words(curves) + 1)) * STATS_max / 150.0

set lmargin 9.3
set xlabel sprintf("width m, xi = %g", xi)
set ylabel "error, mean ± sd"
set xrange [0 : *]
set yrange [lowest / room(highest / lowest) / 1.2 : highest * room(highest / lowest) * 1.2]
set logscale y
eval log_tics("y", highest / lowest)
set key title tag."error against width, controls" maxrows 2

plot for [i = 1 : words(curves)] table(i) using (beside(i)) : (here(number("mean"))) \
         : (here(under(number("mean"), spread("sd")))) : (here(number("mean") + spread("sd"))) \
         with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : words(curves)] table(i) using (beside(i)) : (here(number("mean"))) \
         with linespoints linetype i title titles[i].fate(i)
