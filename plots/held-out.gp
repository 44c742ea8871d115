# Does the noise of masks regularise? The error of the rows trained on (hollow) and of rows held out (full) against xi, one
# colour for each number of subnetworks; bars are standard deviations.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/held-out.dat"
if (!usable(table)) { exit error missing(table) }

stats table using (note(column("subnets"))) nooutput
ps = seen
stats table using (watch(column("subnets"), number("mean")), watch(column("subnets"), number("held"))) nooutput
eval or_blank
stats table using "xi" nooutput

beside(i)       = column("xi") + 0.006 * (i - 0.5 * (words(ps) + 1))
of(p)           = column("subnets") == p
error(p, name)  = of(p) ? number(name) : NaN

set xlabel "probability xi that a subnetwork takes a neuron"
set ylabel "error"
set xrange [STATS_min - 0.05 : STATS_max + 0.05]
set yrange [lowest / room(highest / lowest) : 1.2 * highest * room(highest / lowest)]
set logscale y
eval log_tics("y", highest / lowest)
set key title tag."rows held out (lines), rows trained on (points)" maxrows key_rows(ps)

plot for [i = 1 : words(ps)] table using (beside(i)) : (error(word(ps, i), "mean")) \
         with points linetype i pointtype 6 notitle, \
     for [i = 1 : words(ps)] table using (beside(i)) : (error(word(ps, i), "held")) \
         : (under(number("held"), spread("held_sd"))) : (number("held") + spread("held_sd")) \
         with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : words(ps)] table using (beside(i)) : (error(word(ps, i), "held")) \
         with linespoints linetype i pointtype 7 title "p = ".word(ps, i).fate(word(ps, i)), \
     for [i = 1 : words(ps)] table using (beside(i)) : (lost(of(word(ps, i)), number("held"))) \
         with points linetype i pointtype 2 pointsize 2 * dot notitle
