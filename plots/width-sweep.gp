# Figure 2c: error level against the width of the network, one curve for each xi; bars are standard deviations.

load scripts."/style.gp"
table = results."/width-sweep.dat"
if (!usable(table)) { exit error missing(table) }

stats table using (note(column("xi"))) nooutput
xis = seen
bar(mean, sd) = finite(mean) ? (widen(under(mean, sd)), widen(mean + sd)) : 0
stats table using (watch(column("xi"), number("mean")), bar(number("mean"), spread("sd"))) nooutput
eval or_blank
stats table using "width" nooutput

# Curves stand a little beside each other, so that their bars do not hide one another.
beside(i) = column("width") + (i - 0.5 * (words(xis) + 1)) * STATS_max / 150.0
of(xi)    = abs(column("xi") - xi) < 1e-9
mean(xi)  = of(xi) ? number("mean") : NaN

set xlabel "width m"
set ylabel "error, mean ± sd"
set xrange [0 : *]
set yrange [lowest / room(highest / lowest) : highest * room(highest / lowest)]
set logscale y
eval log_tics("y", highest / lowest)
set key title tag."error against width" maxrows key_rows(xis)

plot for [i = 1 : words(xis)] table using (beside(i)) : (mean(word(xis, i))) \
         : (under(number("mean"), spread("sd"))) : (number("mean") + spread("sd")) \
         with yerrorbars linetype i dashtype 1 notitle, \
     for [i = 1 : words(xis)] table using (beside(i)) : (mean(word(xis, i))) \
         with linespoints linetype i title "xi = ".word(xis, i).fate(word(xis, i)), \
     for [i = 1 : words(xis)] table using (beside(i)) : (lost(of(word(xis, i)), number("mean"))) \
         with points linetype i pointtype 2 pointsize 2 * dot notitle
