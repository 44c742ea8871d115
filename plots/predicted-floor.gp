# Effective dynamics: floors of the error predicted without drawing a mask, against those of runs with masks from the same
# starts, both over the cells of error-floor; bars are standard errors over starts, the line is where they are equal.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/error-floor.dat"
if (!usable(table)) { exit error missing(table) }

stats table using (keep(number("floor")), keep(number("seen"))) nooutput
if (highest < lowest) { exit error missing(table) }
stats table using (note(number("kappa"))) nooutput
kappas   = seen
drawn(k) = number("kappa") == real(word(kappas, k)) ? number("seen") : NaN

set xlabel "floor predicted, ||Y - U||^2"
set ylabel "floor of runs"
set logscale xy
set xrange [lowest / 1.6 : highest * 1.6]
set yrange [lowest / 1.6 : highest * 1.6]
eval power_tics("x", highest / lowest)
eval power_tics("y", highest / lowest)
set key title tag."floors, predicted and seen" maxrows 2

plot x with lines linetype 7 title "equal", \
     for [k = 1 : words(kappas)] table using (number("floor")) : (drawn(k)) : (spread("seen_se")) \
         with yerrorbars linetype k dashtype 1 pointtype 0 notitle, \
     for [k = 1 : words(kappas)] table using (number("floor")) : (drawn(k)) \
         with points linetype k title "kappa = ".word(kappas, k)
