# Drift: along runs, how far the weights move, how many activations flip, and lambda_min of the masked NTKs,
# each over what the theory allows; wide networks of few samples and practical ones, Bernoulli masks, two step sizes. Curves
# are means over runs, bars reach to the worst run.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/drift.dat"
if (!usable(table)) { exit error missing(table) }

curves    = 4
regime(i) = i < 3 ? "wide" : "practical"
step(i)   = i % 2 ? "1/||G||" : "lambda0/n^2"
named(i)  = regime(i).", eta = ".(i % 2 ? "1/||G||" : "lambda_0/n^2")
is(i)     = stringcolumn("mask") eq "bernoulli" && stringcolumn("regime") eq regime(i) \
            && stringcolumn("step") eq step(i)
shown     = 'sum [i = 1 : curves] is(i)'

# Means and worst runs of: the weights' movement, flips (both have their bound as unit), lambda_min.
flips(name)    = number(name) / number("flips_bound")
drawn(i, v)    = is(i) && finite(v) ? v : NaN
moved_mean(i)  = drawn(i, number("moved_mean"))
flips_mean(i)  = drawn(i, flips("flips_mean"))
lambda_mean(i) = drawn(i, number("lambda_mean"))

# Curves stand a little beside each other, so that their bars do not hide one another.
stats table using "round" nooutput
last      = STATS_max
beside(i) = column("round") + last / 100.0 * (i - 0.5 * (curves + 1))

# Curves that a logarithmic axis cannot show, since no run flipped anything, are named in the picture.
lost = ""
gone = 0
do for [i = 1 : curves] {
    least = 1e30
    most  = -1
    stats table using (v = flips_mean(i), least = v < least ? v : least, most = v > most ? v : most, 0) nooutput
    if (least <= 0) {
        gone = gone + 1
        lost = lost."\n".named(i).(most > 0 ? " (some rounds)" : "")
    }
}

again = "lowest = 1e30; highest = -1e30"
stats table using (@shown ? keep(number("lambda_mean")) : 0) nooutput
most_lambda = highest
eval again
stats table using (@shown ? (keep(flips("flips")), keep(flips("flips_mean"))) : 0) nooutput
least_flips = lowest
most_flips  = highest
eval again
stats table using (@shown ? (keep(number("moved")), keep(number("moved_mean"))) : 0) nooutput

set xlabel "round k"
set xrange [0 : 1.03 * last]
eval round_tics(last)
set title offset 0, -0.6
set multiplot layout 1, 3 margins screen 0.065, screen 0.985, screen 0.16, screen 0.78 spacing screen 0.06

set logscale y
set yrange [lowest / 2 : highest * 2]
eval power_tics("y", highest / lowest)
set title "largest ||w - w_0|| / R*"
set key at screen 0.5, screen 0.99 center top maxrows 2
plot for [i = 1 : curves] table using (beside(i)) : (moved_mean(i)) : (moved_mean(i)) : (number("moved")) \
         with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : curves] table using (beside(i)) : (moved_mean(i)) with linespoints linetype i title named(i), \
     1 with lines linetype 7 title "allowed"

# Room for the names below the curves.
set yrange [least_flips / (gone ? 3 * (most_flips / least_flips)**(0.09 * (gone + 1)) : 2) : most_flips * 2]
eval power_tics("y", most_flips / least_flips)
set title "flips / 2 m xi p_R"
unset key
if (lost ne "") { set label 1 "no flips, off this axis".lost at graph 0.03, graph 0.05 + 0.07 * gone font ",6" }
plot for [i = 1 : curves] table using (beside(i)) : (flips_mean(i)) : (flips_mean(i)) : (flips("flips")) \
         with yerrorbars linetype i dashtype 1, \
     for [i = 1 : curves] table using (beside(i)) : (flips_mean(i)) with linespoints linetype i, \
     1 with lines linetype 7

unset label 1
unset logscale y
set yrange [0 : 1.1 * most_lambda]
set ytics auto
set title "lambda_{min}(H_m(k,t)) / (xi lambda_0/2)"
plot for [i = 1 : curves] table using (beside(i)) : (lambda_mean(i)) : (number("lambda")) : (lambda_mean(i)) \
         with yerrorbars linetype i dashtype 1, \
     for [i = 1 : curves] table using (beside(i)) : (lambda_mean(i)) with linespoints linetype i, \
     1 with lines linetype 7
unset multiplot
