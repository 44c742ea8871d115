# Theorem 3: the error along runs with Bernoulli masks, the squared norm of the mean error over masks, and the mean
# curves predicted for it from the eigenpairs of H(0) and of Hinf; bars are standard deviations over starts.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/bernoulli-rate.dat"
if (!usable(table)) { exit error missing(table) }

stats table using "width" nooutput
widest      = STATS_max
drawn(name) = column("width") == widest ? number(name) : NaN
stats table using (keep(drawn("measured")), keep(drawn("paper"))) nooutput
stats table using (keep(drawn("mean"))) nooutput
stats table using "round" nooutput

set xlabel "round k"
set ylabel "||y - u_k||^2, mean ± sd"
set xrange [0 : STATS_max]
eval round_tics(STATS_max)
set yrange [lowest / room(highest / lowest) : highest * room(highest / lowest)]
set logscale y
eval log_tics("y", highest / lowest)
set key title tag.sprintf("mean error along runs, m = %g", widest) maxrows 3

plot table using "round" : (drawn("paper"))    with lines linetype 7 title "Theorem 3, no B_1", \
     table using "round" : (drawn("finite"))   with lines linetype 1 title "predicted, H(0)", \
     table using "round" : (drawn("infinite")) with lines linetype 2 title "predicted, xi Hinf", \
     table using "round" : (drawn("measured")) : (under(number("measured"), spread("sd"))) \
         : (number("measured") + spread("sd")) with yerrorbars linetype 3 dashtype 1 pointtype 0 notitle, \
     table using "round" : (drawn("measured")) with points linetype 3 title "single runs", \
     table using "round" : (drawn("mean")) with points linetype 1 pointtype 6 title "mean over masks"
