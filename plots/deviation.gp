# Theorem 2 at initialisation: how far a masked NTK is from xi Hinf, against the width, with the bounds of the spectral
# norm; Bernoulli masks of one xi. Bars are limits of the quantile.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/ntk-concentration.dat"
if (!usable(table)) { exit error missing(table) }

stats table using (stringcolumn("mask") eq "bernoulli" ? note(column("xi")) : 0) nooutput
xi         = real(word(seen, (words(seen) + 1) / 2))
lambda     = real(told(table, "lambda_min(Hinf)"))
delta      = real(told(table, "delta"))
ours       = 'stringcolumn("mask") eq "bernoulli" && abs(column("xi") - xi) < 1e-9'
drawn(name) = @ours ? number(name) : NaN
stats table using (keep(drawn("norm_quantile"))) nooutput
stats table using (keep(drawn("hoeffding_norm")), keep(drawn("bernstein_norm"))) nooutput
stats table using (drawn("width")) nooutput
level  = xi * lambda / 4
lowest = lowest < level ? lowest : level

set xlabel "width m"
set ylabel sprintf("||H_m - xi Hinf||, %g %% quantile", 100 * (1 - delta))
set logscale xy
set xrange [STATS_min / 1.3 : STATS_max * 1.3]
set yrange [lowest / 2 : highest * 2]
eval power_tics("x", STATS_max / STATS_min)
eval power_tics("y", highest / lowest)
set key title tag.sprintf("deviation of the masked NTK, xi = %g", xi) maxrows 3

f = "frobenius_quantile"
s = "norm_quantile"
plot table using "width" : (drawn("hoeffding_norm"))   with lines linetype 2 title "entrywise Hoeffding", \
     table using "width" : (drawn("bernstein_norm"))   with lines linetype 3 title "entrywise Bernstein", \
     table using "width" : (drawn("matrix_bernstein")) with lines linetype 4 title "matrix Bernstein", \
     table using "width" : (drawn(f)) : (limit(f, "low")) : (limit(f, "high")) \
         with yerrorbars linetype 5 dashtype 1 notitle, \
     table using "width" : (drawn(f)) with linespoints linetype 5 title "measured, ||.||_F", \
     table using "width" : (drawn(s)) : (limit(s, "low")) : (limit(s, "high")) with yerrorbars linetype 1 notitle, \
     table using "width" : (drawn(s)) with linespoints linetype 1 title "measured, ||.||", \
     level with lines linetype 7 title "xi lambda_0/4"
