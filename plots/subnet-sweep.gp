# Figure 2d: relative improvement of the error, (L_k - L_{k+1}) / L_k, in the first global steps against the number of
# subnetworks; bars are standard deviations.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/subnet-sweep.dat"
if (!usable(table)) { exit error missing(table) }

stats table using (note(column("step")), watch(column("step"), number("relative"))) nooutput
steps = seen
eval or_blank
stats table using "subnets" nooutput

# Curves stand a little beside each other, so that their bars do not hide one another.
beside(i)      = column("subnets") + 0.06 * (i - 0.5 * (words(steps) + 1))
of(step)       = column("step") == step
relative(step) = of(step) ? number("relative") : NaN

set xlabel "subnetworks p"
set ylabel "relative improvement, mean ± sd"
set xtics 1
set xrange [STATS_min - 0.5 : STATS_max + 0.5]
if (diverged ne " ") { set yrange [lowest - 0.05 * (highest - lowest + 0.1) : highest + 0.05 * (highest - lowest + 0.1)] }
set key title tag."improvement of the error in a global step" maxrows key_rows(steps)

plot for [i = 1 : words(steps)] table using (beside(i)) : (relative(word(steps, i))) : (spread("sd_relative")) \
         with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : words(steps)] table using (beside(i)) : (relative(word(steps, i))) \
         with linespoints linetype i title "step ".word(steps, i).fate(word(steps, i)), \
     for [i = 1 : words(steps)] table using (beside(i)) : (lost(of(word(steps, i)), number("relative"))) \
         with points linetype i pointtype 2 pointsize 2 * dot notitle
