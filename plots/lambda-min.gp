# Theorem 2 at initialisation: lambda_min of a masked NTK over xi lambda_0 against the width, one curve for each xi of
# Bernoulli masks, with the bound of each, 0 where it asserts nothing. Bars are limits of the quantile.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/ntk-concentration.dat"
if (!usable(table)) { exit error missing(table) }

stats table using (stringcolumn("mask") eq "bernoulli" ? note(column("xi")) : 0) nooutput
xis   = seen
delta = real(told(table, "delta"))
stats table using "width" nooutput
drawn(xi)    = stringcolumn("mask") eq "bernoulli" && abs(column("xi") - xi) < 1e-9
ratio(xi)    = drawn(xi) ? number("ratio_quantile") : NaN
end(side)    = limit("ratio_quantile", side)
chernoff(xi) = drawn(xi) ? number("chernoff") : NaN

# Curves stand a little beside each other, so that their bars do not hide one another.
beside(i) = column("width") * 1.03**(i - 0.5 * (words(xis) + 1))

set xlabel "width m"
set ylabel sprintf("%g %% quantile over trials", 100 * delta)
set logscale x
set xrange [STATS_min / 1.3 : STATS_max * 1.3]
set yrange [0 : 1.05]
eval power_tics("x", STATS_max / STATS_min)
set key title tag."lambda_{min}(H_m)/(xi lambda_0), bound by matrix Chernoff" maxrows words(xis) width -1.5

plot for [i = 1 : words(xis)] table using (beside(i)) : (ratio(word(xis, i))) : (end("low")) : (end("high")) \
         with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : words(xis)] table using (beside(i)) : (ratio(word(xis, i))) \
         with linespoints linetype i title "xi = ".word(xis, i), \
     for [i = 1 : words(xis)] table using "width" : (chernoff(word(xis, i))) \
         with lines linetype i linewidth 2.2 title "bound, xi = ".word(xis, i), \
     0.5 with lines linetype 7 title "Theorem 2"
