# Figure 2: the four panels on one page.
# SPDX-License-Identifier: GPL-3.0-or-later

set multiplot layout 2, 2
tag = "(a) "
load scripts."/loss-dynamics.gp"
tag = "(b) "
load scripts."/error-heatmap.gp"
tag = "(c) "
load scripts."/width-sweep.gp"
tag = "(d) "
load scripts."/subnet-sweep.gp"
unset multiplot
