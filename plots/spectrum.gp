# Theorem 1: the eigenvalues of Hinf from the largest to the smallest, by two LAPACK drivers, beside those of the Gram
# matrix G, whose rank is at most d.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/infinite-ntk.dat"
if (!usable(table)) { exit error missing(table) }

stats table using "index" nooutput
n = STATS_max
stats table using (number("gram")) nooutput
largest = STATS_max
stats table using (keep(number("eigenvalue")), number("eigenvalue")) nooutput
smallest = STATS_min
highest  = highest > largest ? highest : largest

# Eigenvalues that are 0 but for rounding are not drawn. The second driver has a point wherever the index grew by half.
gram(v)   = v > 1e-12 * largest ? v : NaN
rank      = 0
stats table using (rank = rank + (finite(gram(number("gram"))) ? 1 : 0)) nooutput
zero      = rank < n ? sprintf(", 0 from k = %d on", rank + 1) : ""
next      = 1
second(k) = k >= next || k == n ? (next = 1.5 * k, number("second")) : NaN

set xlabel "index k, from the largest"
set ylabel "eigenvalue"
set logscale xy
set xrange [1 : n * 1.3]
set yrange [lowest / 3 : highest * 2]
eval power_tics("x", n)
eval power_tics("y", highest / lowest)
set label 1 sprintf("lambda_{min}(Hinf) = %.4g", smallest) at graph 0.03, graph 0.07 left
set key title tag."spectrum of Hinf" maxrows 2 width -1.5

plot table using "index" : (gram(number("gram"))) with lines linetype 3 title "G = XX^{T}".zero, \
     table using "index" : (number("eigenvalue")) with lines linetype 1 title "Hinf", \
     table using "index" : (second(column("index"))) \
         with points linetype 1 pointtype 6 pointsize 1.6 * dot title "Hinf, second driver"
