# Theorem 4: the jump of the error when masks are drawn and its drop when subnetworks are combined, measured against V_k
# (lemmas-24-25 in doc/mathematics.md) and A_k (lemma-13), one point for each round and number of subnetworks; bars are standard deviations over trials.

load scripts."/style.gp"
table = results."/categorical-rate.dat"
if (!usable(table)) { exit error missing(table) }

run = 'stringcolumn("regime") eq "run" && column("subnets") > 1'
stats table using (@run ? note(column("subnets")) : 0) nooutput
subnets = seen
drawn(name, p) = @run && column("subnets") == p && number(name) > 0 ? number(name) : NaN
all(name)      = @run ? number(name) : NaN
stats table using (keep(all("jump")), keep(all("jump_predicted"))) nooutput
stats table using (keep(all("drop")), keep(all("drop_predicted"))) nooutput

set xlabel "predicted, V_k and A_k"
set ylabel "measured, mean ± sd"
set logscale xy
set xrange [lowest / 1.3 : highest * 1.3]
set yrange [lowest / 1.3 : highest * 1.3]
eval log_tics("x", highest / lowest)
eval log_tics("y", highest / lowest)
set key title tag."jump and drop of ‖y − u‖^2 in every round" maxrows 3

plot x with lines linetype 7 title "equal", \
     for [i = 1 : words(subnets)] table using (number("jump_predicted")) : (drawn("jump", word(subnets, i))) \
         : (under(number("jump"), spread("jump_sd"))) : (number("jump") + spread("jump_sd")) \
         with yerrorbars linecolor rgb "#b8b8b8" linewidth 0.4 dashtype 1 pointtype 0 notitle, \
     for [i = 1 : words(subnets)] table using (number("jump_predicted")) : (drawn("jump", word(subnets, i))) \
         with points linetype i pointtype 9 title "jump, p = ".word(subnets, i), \
     for [i = 1 : words(subnets)] table using (number("drop_predicted")) : (drawn("drop", word(subnets, i))) \
         with points linetype i pointtype 6 title "drop, p = ".word(subnets, i)
