# Figure 2a: mean error along a run, with a band of one standard deviation, one curve for each xi. The three movements:
# local steps lower the error smoothly, aggregation lowers it at once, new subnetworks raise it at once.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/loss-dynamics.dat"
if (!usable(table)) { exit error missing(table) }

steps = 160
first = 0
start(step, mean) = (first = step == 0 && mean > first ? mean : first)
drawn(xi)         = abs(column("xi") - xi) < 1e-9 && column("step") <= steps
mean(xi)          = drawn(xi) ? number("mean") : NaN
after(phase)      = stringcolumn("phase") eq phase

stats table using (note(column("xi"))) nooutput
xis = seen
stats table using (start(column("step"), number("mean"))) nooutput
stats table using (column("step") <= steps ? watch(column("xi"), number("mean")) : 0) nooutput
stats table using "step" nooutput
last = STATS_max
eval or_blank
# Rounds end where subnetworks were aggregated: tics are there, with the number of the round.
seen = " "
stats table using (after("aggregated") && column("step") <= steps ? note(column("step")) : 0) nooutput
ends = seen
round_of(step) = (sum [k = 1 : words(ends)] (real(word(ends, k)) <= real(step)))
end_tic(step) = round_of(step) % round_step(words(ends)) ? "" : sprintf('set xtics add ("%d" %s)', round_of(step), step)
# A diverging curve leaves the frame at ten times the first error.
highest = highest < 10 * first ? highest : 10 * first

set xlabel "round k"
set ylabel "error, mean ± sd"
set xrange [0 : last < steps ? last : steps]
set yrange [lowest / room(highest / lowest) : highest * room(highest / lowest)]
set logscale y
set xtics ("0" 0)
do for [step in ends] { eval end_tic(step) }
eval log_tics("y", highest / lowest)
set key title tag."error along a run" maxrows 3

plot for [i = 1 : words(xis)] table using (drawn(word(xis, i)) ? column("step") : NaN) \
         : (under(number("mean"), spread("sd"))) : (number("mean") + spread("sd")) \
         with filledcurves fillstyle solid 0.25 noborder linetype i notitle, \
     for [i = 1 : words(xis)] table using "step" : (mean(word(xis, i))) \
         with lines linetype i title "xi = ".word(xis, i).fate(word(xis, i)), \
     for [i = 1 : words(xis)] table using "step" : (after("sampled") ? mean(word(xis, i)) : NaN) \
         with points linetype i pointtype 9 notitle, \
     for [i = 1 : words(xis)] table using "step" : (after("aggregated") ? mean(word(xis, i)) : NaN) \
         with points linetype i pointtype 7 notitle, \
     keyentry with lines  linetype 1              title "local steps ↘", \
     keyentry with points linetype 1 pointtype 7  title "aggregation ↓", \
     keyentry with points linetype 1 pointtype 9  title "resampling ↑"
