# Theorem 4: the jump of the error when masks are drawn and its drop when subnetworks are combined, along runs with
# categorical masks, one curve for each number of subnetworks p; the curves are V_k (lemmas-24-25 in doc/mathematics.md)
# and A_k (lemma-13 in doc/mathematics.md), the points are measured.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/categorical-rate.dat"
if (!usable(table)) { exit error missing(table) }

run = 'stringcolumn("regime") eq "run" && column("subnets") > 1'
stats table using (@run ? note(column("subnets")) : 0) nooutput
subnets = seen
trials  = real(told(table, "trials"))
of(name, i)  = @run && column("subnets") == real(word(subnets, i)) && number(name) > 0 ? number(name) : NaN
all(name)    = @run ? number(name) : NaN
error_bar(i) = spread("jump_sd") / sqrt(trials)
stats table using (keep(all("jump")), keep(all("jump_predicted"))) nooutput
stats table using (keep(all("drop")), keep(all("drop_predicted"))) nooutput
stats table using (@run ? column("round") : NaN) nooutput

set xrange [-0.03 * STATS_max : 1.03 * STATS_max]
set yrange [lowest / 1.3 : highest * 1.3]
set logscale y
eval round_tics(2 * STATS_max)
eval log_tics("y", highest / lowest)
set xlabel "round k"
set ylabel "change of ||y - u||^2"
set title offset 0, -0.6
set multiplot layout 1, 2 margins screen 0.12, screen 0.98, screen 0.15, screen 0.76 spacing screen 0.1
set title "jump, mean ± se, and V_k"
set key at screen 0.52, screen 0.98 center top maxrows 1 title "movements in a round: lines predicted, points measured"
plot for [i = 1 : words(subnets)] table using "round" : (of("jump_predicted", i)) with lines linetype i notitle, \
     for [i = 1 : words(subnets)] table using "round" : (of("jump", i)) : (error_bar(i)) \
         with yerrorbars linetype i dashtype 1 pointtype 0 notitle, \
     for [i = 1 : words(subnets)] table using "round" : (of("jump", i)) with points linetype i notitle, \
     for [i = 1 : words(subnets)] keyentry with linespoints linetype i title "p = ".word(subnets, i)
set title "drop, mean, and A_k"
unset ylabel
unset key
plot for [i = 1 : words(subnets)] table using "round" : (of("drop_predicted", i)) with lines linetype i, \
     for [i = 1 : words(subnets)] table using "round" : (of("drop", i)) with points linetype i
unset multiplot
