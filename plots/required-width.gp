# The width from which on Theorem 2's conclusion holds at initialisation, against the number of samples: measured, and
# as every bound asks for, Theorem 2 with its constant read as 1; Bernoulli masks of one xi. Bars are limits of the
# measured width.

load scripts."/style.gp"
table = results."/required-width.dat"
if (!usable(table)) { exit error missing(table) }

stats table using (note(column("xi"))) nooutput
xi          = real(word(seen, (words(seen) + 1) / 2))
drawn(name) = abs(column("xi") - xi) < 1e-9 && finite(number(name)) ? number(name) : NaN
stats table using (keep(drawn("width")), keep(drawn("hoeffding"))) nooutput
stats table using (keep(drawn("bernstein"))) nooutput
stats table using (drawn("samples")) nooutput

# A limit that was not found, 0 or inf: the bar ends at the width itself.
low = 'number("width_low") > 0 ? number("width_low") : number("width")'

set xlabel "samples n"
set ylabel "width m"
set logscale xy
set xrange [STATS_min / 1.15 : STATS_max * 1.15]
set yrange [lowest / 2 : highest * 2]
eval log_tics("x", STATS_max / STATS_min)
eval power_tics("y", highest / lowest)
set key title tag.sprintf("width needed for λ_{min}(H_m) ≥ ξλ_0/2, ξ = %g", xi) maxrows 3

plot table using "samples" : (drawn("hoeffding"))        with lines linetype 2 title "m_H (a)", \
     table using "samples" : (drawn("bernstein"))        with lines linetype 3 title "m_B (b)", \
     table using "samples" : (drawn("theorem"))          with lines linetype 7 title "Theorem 2", \
     table using "samples" : (drawn("matrix_bernstein")) with lines linetype 4 title "m_C (c)", \
     table using "samples" : (drawn("together"))         with lines linetype 5 title "Together", \
     table using "samples" : (drawn("chernoff_half"))    with lines linetype 6 title "(d)", \
     table using "samples" : (drawn("width")) : (@low) : (limit("width", "high")) with yerrorbars linetype 1 notitle, \
     table using "samples" : (drawn("width")) with linespoints linetype 1 title "measured"
