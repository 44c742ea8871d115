# Draws one figure as PDF, SVG and PNG:
#
#   gnuplot -d -c plots/draw.gp FIGURE RESULTS OUT
#
# FIGURE is a panel, one column wide, or one of two columns: figure2, the panels of Figure 2 together, error-heatmap,
# held-out, drift or bench.
# Tables are read from the folder RESULTS, the pictures go to OUT/FIGURE.{pdf,svg,png}.
# The drawing is FIGURE.gp beside this file; its looks are style.gp.
# SPDX-License-Identifier: GPL-3.0-or-later

if (ARGC != 3) { exit error "usage: gnuplot -d -c plots/draw.gp FIGURE RESULTS OUT" }

# Folders may have any name. Their paths are made whole, and the tables' folder becomes the working one: what panels hand
# to the shell is then "./NAME.dat", and no path begins with what gnuplot would take for a command or a home.
here    = system("pwd")
whole(path) = path[1:1] eq "/" ? path : here."/".path
last    = 0
slash(path) = (sum [k = 1 : strlen(path)] (path[k:k] eq "/" ? (last = k, 0) : 0), last)
figure  = ARG1
scripts = whole(ARG0)
scripts = scripts[1 : slash(scripts) - 1]
out     = whole(ARG3)
told_as = ARG2
cd whole(ARG2)
results = "."
set encoding utf8

# A ~/.gnuplot is not read with -d; without it, these of its settings would outlast the reset of a panel.
set color
set decimalsign

# Page in inches, text in points; a pixel of SVG is 1/96 inch, a pixel of PNG 1/300 inch.
wide   = strstrt(" figure2 error-heatmap held-out drift bench ", " ".figure." ") > 0
width  = wide ? 6.9 : 3.33
height = figure eq "figure2" ? 5.0 : figure eq "bench" ? 3.3 : 2.5
points = 7
looks  = sprintf("enhanced background '#ffffff' font 'DejaVu Sans,%g'", points)

# The first pass draws nothing: a missing or unusable table stops it before a picture is opened.
do for [format in "null pdf svg png"] {
    if (format eq "null") {
        set terminal dumb
    }
    if (format eq "pdf") {
        set terminal pdfcairo @looks fontscale 72.0 / 96 size width, height
    }
    if (format eq "svg") {
        set terminal svg @looks fontscale 96.0 / 72 linewidth 0.7 size 96 * width, 96 * height
    }
    if (format eq "png") {
        set terminal pngcairo @looks fontscale 300.0 / 96 linewidth 2.1 pointscale 3 dashlength 2.1 \
            size 300 * width, 300 * height
    }
    # SVG measures points of curves in other units.
    dot = format eq "svg" ? 0.55 : 0.4
    set output format eq "null" ? "/dev/null" : sprintf("%s/%s.%s", out, figure, format)
    tag = ""
    load scripts."/".figure.".gp"
    unset output
}
