# Figure 2: the four panels on one page.

set multiplot layout 2, 2
tag = "(a) "
load "loss-dynamics.gp"
tag = "(b) "
load "error-heatmap.gp"
tag = "(c) "
load "width-sweep.gp"
tag = "(d) "
load "subnet-sweep.gp"
unset multiplot
