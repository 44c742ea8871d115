# The width from which on Theorem 2's conclusion holds at initialisation, against the number of samples: measured, and
# as every bound asks for, Theorem 2 with its constant read as 1; Bernoulli masks of one xi. Bars are limits of the
# measured width.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/required-width.dat"
if (!usable(table)) { exit error missing(table) }

stats table using (note(column("xi"))) nooutput
xi          = real(word(seen, (words(seen) + 1) / 2))
seen        = " "
drawn(name) = abs(column("xi") - xi) < 1e-9 && finite(number(name)) ? number(name) : NaN
stats table using (keep(drawn("width")), keep(drawn("hoeffding"))) nooutput
stats table using (keep(drawn("bernstein"))) nooutput
stats table using (note(column("samples"))) nooutput
sizes = seen

# A limit that was not found, 0 or inf: the bar ends at the width itself.
low = 'number("width_low") > 0 ? number("width_low") : number("width")'

set xlabel "samples n"
set ylabel "width m"
set logscale xy
set xrange [STATS_min / 1.15 : STATS_max * 1.15]
set yrange [lowest / 2 : highest * 2]
set xtics ()
do for [n in sizes] { set xtics add (n real(n)) }
eval power_tics("y", highest / lowest)
set key title tag.sprintf("width for lambda_{min}(H_m) ≥ xi lambda_0/2, xi = %g", xi) maxrows 4

plot table using "samples" : (drawn("hoeffding"))        with lines linetype 2 title "entrywise Hoeffding", \
     table using "samples" : (drawn("bernstein"))        with lines linetype 3 title "entrywise Bernstein", \
     table using "samples" : (drawn("theorem"))          with lines linetype 7 title "Theorem 2, constant 1", \
     table using "samples" : (drawn("matrix_bernstein")) with lines linetype 4 title "matrix Bernstein", \
     table using "samples" : (drawn("combined"))         with lines linetype 5 title "combined with drift", \
     table using "samples" : (drawn("chernoff_half"))    with lines linetype 6 title "matrix Chernoff", \
     table using "samples" : (drawn("width")) : (@low) : (limit("width", "high")) with yerrorbars linetype 1 notitle, \
     table using "samples" : (drawn("width")) with linespoints linetype 1 title "measured"
