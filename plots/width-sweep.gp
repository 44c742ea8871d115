# Figure 2c: error level against the width of the network, one colour for each xi: points are runs, bars their standard
# deviations; lines are predicted without drawing a mask and end where nothing is predicted (stability number 2 or more).
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/width-sweep.dat"
told  = results."/error-floor-width.dat"
if (!usable(table)) { exit error missing(table) }
if (!usable(told)) { exit error missing(told) }

stats table using (note(column("xi"))) nooutput
xis = seen
bar(mean, sd) = finite(mean) ? (widen(under(mean, sd)), widen(mean + sd)) : 0
stats table using (watch(column("xi"), number("mean")), bar(number("mean"), spread("sd"))) nooutput
stats told using (keep(number("level"))) nooutput
eval or_blank
stats table using "width" nooutput

# Curves stand a little beside each other, so that their bars do not hide one another.
beside(i) = column("width") + (i - 0.5 * (words(xis) + 1)) * STATS_max / 150.0
of(xi)    = abs(column("xi") - xi) < 1e-9
mean(xi)  = of(xi) ? number("mean") : NaN
level(xi) = of(xi) ? number("level") : NaN

set xlabel "width m"
set ylabel "error, mean ± sd"
set xrange [0 : *]
set yrange [lowest / room(highest / lowest) : highest * room(highest / lowest)]
set logscale y
eval log_tics("y", highest / lowest)
set key title tag."error against width: runs, and predicted (lines)" maxrows key_rows(xis)

plot for [i = 1 : words(xis)] told using "width" : (level(word(xis, i))) with lines linetype i notitle, \
     for [i = 1 : words(xis)] table using (beside(i)) : (mean(word(xis, i))) \
         : (under(number("mean"), spread("sd"))) : (number("mean") + spread("sd")) \
         with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : words(xis)] table using (beside(i)) : (mean(word(xis, i))) \
         with points linetype i title "xi = ".word(xis, i).fate(word(xis, i)), \
     for [i = 1 : words(xis)] table using (beside(i)) : (lost(of(word(xis, i)), number("mean"))) \
         with points linetype i pointtype 2 pointsize 2 * dot notitle
