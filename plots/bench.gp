# Speed: the fraction of the plain matrix product's speed that each piece of work reaches, and how the time of a
# round grows.
# SPDX-License-Identifier: GPL-3.0-or-later

load scripts."/style.gp"
table = results."/bench.dat"
if (!usable(table)) { exit error missing(table) }

set multiplot layout 1, 2

# Fractions, in the table's order, either precision on one line; bars are quartiles. Rows without a product (memory,
# scaling) are left out.
size(name, v)   = v > 0 ? sprintf(", %s %g", name, v) : ""
label(b)        = b.size("n", column("n")).size("d", column("d")).size("m", column("m"))
listed(l)       = strstrt(labels, '"'.l.'"') > 0
list(l)         = (labels = listed(l) ? labels : labels.'"'.l.'" ')
place(l)        = -(sum [k = 1 : rows] (word(labels, k) eq l ? k : 0))
line(precision) = stringcolumn("precision") eq precision ? place(label(stringcolumn("bench"))) : NaN

labels = ""
stats table using (watch(0, number("fraction")), \
                   finite(number("fraction")) ? strlen(list(label(stringcolumn("bench")))) : 0) nooutput
rows = words(labels)
set ytics scale 0 font ",6" ()
do for [k = 1 : rows] { set ytics add (word(labels, k) -k) }
set yrange [-rows - 0.7 : -0.3]
set lmargin 29
set xlabel "fraction, median and quartiles"
set xrange [lowest / 1.3 : highest * 1.3]
set logscale x
eval log_tics("x", highest / lowest)
set key title "speed as a fraction of the plain product's" maxrows 1
set arrow 1 from first 1, graph 0 to first 1, graph 1 nohead linecolor rgb "#808080" linewidth 0.8 back
plot table using (number("fraction")) : (line("single")) : (number("fraction_low")) : (number("fraction_high")) \
         with xerrorbars linetype 1 dashtype 1 title "single", \
     table using (number("fraction")) : (line("double")) : (number("fraction_low")) : (number("fraction_high")) \
         with xerrorbars linetype 2 dashtype 1 title "double"
unset arrow 1
unset logscale

# The time of a round against one size, the others fixed, in units of its smallest; the exponents stand in the
# table's notes.
load scripts."/style.gp"
axes        = "n m p threads"
is(i)       = stringcolumn("bench") eq "scaling-".word(axes, i)
exponent(i) = system(sprintf("sed -n 's/^# exponent: scaling-%s: .*\\^\\([-0-9.]*\\) .*/\\1/p' '%s'", \
                             word(axes, i), table))
array least[4]
array start[4]
do for [i = 1 : 4] {
    stats table using (is(i) ? column(word(axes, i)) : NaN) nooutput
    least[i] = STATS_records > 0 ? STATS_min : NaN
    stats table using (is(i) && column(word(axes, i)) == least[i] ? number("seconds") : NaN) nooutput
    start[i] = STATS_records > 0 ? STATS_min : NaN
}
set xlabel "size, smallest = 1"
set ylabel "time of a round, at the smallest = 1"
set logscale xy
set xtics (1, 2, 4, 8)
set ytics (0.5, 1, 2, 4, 8, 16, 32, 64)
set xrange [0.9 : 9]
set key title "scaling of a round" maxrows 2
plot for [i = 1 : 4] table using (is(i) ? column(word(axes, i)) / least[i] : NaN) : (number("seconds") / start[i]) \
         with linespoints linetype i title sprintf("%s^{%s}", word(axes, i), exponent(i))
unset multiplot
