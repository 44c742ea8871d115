# Masks of four families at equal work (xi = 1/p, the same steps and starts): the level of the error over that of Bernoulli
# masks, geometric mean with its 95 % interval.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/mask-laws.dat"
if (!usable(table)) { exit error missing(table) }

laws = "bernoulli categorical fixed partition"
of(i) = strcol("mask") eq word(laws, i)
stats table using (widen(number("ratio_low")), widen(number("ratio_high")), 0) nooutput
stats table using (note(column("subnets"))) nooutput
rank(v)    = sum [k = 1 : words(seen)] (real(word(seen, k)) <= v * (1 + 1e-9))
beside(i)  = rank(column("subnets")) + 0.08 * (i - 2.5)
ratio(i)   = of(i) ? number("ratio") : NaN

set xlabel "subnetworks p"
set ylabel "error over that of bernoulli masks"
set xrange [0.6 : words(seen) + 0.4]
set for [k = 1 : words(seen)] xtics (word(seen, k) k)
set yrange [0.97 * lowest : 1.03 * highest]
set key title tag."error by the law of masks, equal work" maxrows 2

plot for [i = 1 : words(laws)] table using (beside(i)) : (ratio(i)) : (number("ratio_low")) : (number("ratio_high")) \
         with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : words(laws)] table using (beside(i)) : (ratio(i)) with points linetype i title word(laws, i)
