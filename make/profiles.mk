# profiles: what the programs are given in each PROFILE. Every number of the paper's settings that is not named here is the
# program's default, which is the paper's (Figure 2; see experiments/*.c).
#
#   paper    the paper's settings of Figure 2 exactly; the theory programs, for which the paper names no sizes, as by default
#            (and the heat map of the released program beside Algorithm 1's, zero_flags, with 3 repetitions: it is there for comparison)
#   default  fewer rows, repetitions and widths: minutes on two processors
#   quick    a smoke run: seconds; it has other settings for the theory programs too
#   tiny     what goes through everything in a few seconds, for tests on data of many shapes; its numbers say little
#
# Learning rates (NAME_lr; LR=... for all) are the paper's. On the embedded data that of Figure 2b, 0.1, diverges at xi = 0.1, so the
# smaller profiles take 0.06; and where a rate is not stable on the data at hand, they take that of --lr auto in its place
# (unstable_flags): for each xi by itself, so that the other columns keep theirs. PROFILE=paper keeps the paper's whatever comes of it.
# SPDX-License-Identifier: GPL-3.0-or-later

# In place of --samples they say --at-most: of a file with fewer rows all are taken.
unstable_flags := $(if $(filter-out paper,$(PROFILE)),--unstable auto)

# The effective dynamics cost most at second order and with many starts: one start of 16 curves a
# cell of 2b, four of 8 of 2c, the first of the runs', and first order where 2b has all rows. The
# width is one that the regime of the floors' rows asks for on the embedded data. All floors of
# bernoulli-rate (--cells results/bernoulli-rate.floors.dat), 4 minutes and more without runs, are in
# no profile.
error_floor_flags := --paths 0 --runs 3 --width 512 --subnets 1,8 --along-subnets 8,64,512
error_floor_heatmap_flags := --rows first --until stopped --runs 0 --repeats 1 --paths 16
error_floor_width_flags := --rows first --until stopped --runs 0 --repeats 4
# The controls of 2c at every xi (control_xi) where it rises: the rounds after which its widest
# networks stop at xi = 0.8, for all widths; lr W/m; theory scaling with the step sizes of the least
# width, eta = lr W/(n xi^2); with LR=x as much more as x is than the paper's 0.16.
width_rounds_flags = $(width_sweep_flags) --xi $(control_xi) --stop no $(control_rounds)
width_rate_flags = $(width_sweep_flags) --xi $(control_xi) --lr-width $(control_width)
width_theory_flags = $(width_sweep_flags) --xi $(control_xi) --scaling theory
control_xi := 0.8,0.5
control_rounds := --rounds 40
control_width := 250
control_eta := 0.625,1

# Masks beyond Figure 2, where the paper names no settings.
mask_laws_flags := --at-most 100 --width 200 --subnets 2,4,8 --rounds 150 --repeats 10
held_out_flags := --at-most 100 --holdout 250 --width 200 --subnets 1,2,4,8 --xi 0.2,0.4,0.6,0.8,1 --rounds 150 --repeats 20
mask_laws_lr := --lr 0.06
held_out_lr := --lr 0.06

ifeq ($(PROFILE),paper)
loss_dynamics_flags :=
error_heatmap_flags :=
zero_flags := --repeats 3
width_sweep_flags :=
error_floor_heatmap_flags += --order 1
subnet_sweep_flags :=
else ifeq ($(PROFILE),default)
loss_dynamics_flags := --repeats 5
error_heatmap_flags := --at-most 150 --repeats 8
error_heatmap_lr := --lr 0.06
width_sweep_flags := --repeats 20
subnet_sweep_flags := --repeats 10
else ifeq ($(PROFILE),quick)
mask_laws_flags := --at-most 60 --width 100 --subnets 2,4 --rounds 60 --repeats 5
held_out_flags := --at-most 60 --holdout 100 --width 100 --subnets 1,4 --xi 0.2,0.6,1 --rounds 60 --repeats 20
loss_dynamics_flags := --at-most 250 --repeats 3
error_heatmap_lr := --lr 0.06
error_heatmap_flags := --at-most 100 --width 200 --subnets 1,4,7,10 --xi 0.1,0.4,0.7,1 --repeats 3
width_sweep_flags := --at-most 60 --width 100,250,500,1000 --repeats 3
control_xi := 0.8
control_width := 100
control_eta := 0.4167
subnet_sweep_flags := --at-most 250 --repeats 5
infinite_ntk_flags := --at-most 300
advise_flags := --rounds 20 --repeats 2 --run-samples 60 --trials 60
ntk_concentration_flags := --at-most 100 --widths 64,128,256,512,1024,2048,4096,8192,16384 --trials 60
required_width_flags := --sizes 25,50,100 --trials 60
local_descent_flags := --at-most 40 --width 300 --repeats 2 --wide-trials 30 --rounds 1 --multiples 1,16
drift_flags := --at-most 40 --width 300 --repeats 2 --wide-trials 30 --rounds 3
mask_moments_flags := --at-most 200 --trials 240
bernoulli_rate_flags := --at-most 16 --repeats 8 --along-width 64,128,256,512 --curve-widths 128,256,512,1024 \
    --along-subnets 1,2,4,8,16
categorical_rate_flags := --at-most 16 --width 128 --rounds 15 --event-width 16384 --event-rounds 2 --event-subnets 1,2 --trials 60
error_floor_flags := --at-most 16 --subnets 8 --xi 0.8 --repeats 4 --paths 0 --runs 2 --along-subnets 8,32,128
error_floor_heatmap_flags := --rows first --until stopped --runs 0 --repeats 1
error_floor_width_flags := --rows first --until stopped --runs 0 --repeats 1
else ifeq ($(PROFILE),tiny)
loss_dynamics_flags := --at-most 30 --width 60 --subnets 3 --local-steps 3 --rounds 4 --repeats 3
error_heatmap_flags := --at-most 30 --width 40 --subnets 1,3 --xi 0.3,0.6,1 --rounds 60 --repeats 3
width_sweep_flags := --at-most 30 --width 30,60,120 --subnets 3 --rounds 60 --repeats 3
control_xi := 0.8
control_rounds :=
control_width := 30
control_eta := 0.25
subnet_sweep_flags := --at-most 30 --width 60 --subnets 1,2,4 --repeats 3
mask_laws_flags := --at-most 30 --width 40 --subnets 2,3 --rounds 20 --repeats 3
held_out_flags := --at-most 30 --holdout 10 --width 40 --subnets 1,3 --xi 0.3,0.6,1 --rounds 20 --repeats 3
infinite_ntk_flags := --at-most 40 --entries 30 --networks 3 --widths 64,256
ntk_concentration_flags := --at-most 20 --widths 32,64,128,256 --xi 0.5,1 --subnets 2 --trials 20
required_width_flags := --sizes 6,12 --xi 0.5,1 --trials 60
local_descent_flags := --at-most 12 --width 40 --repeats 2 --rounds 1 --multiples 1 --wide-trials 4 --wide-width 100 --wide-samples 3
drift_flags := --at-most 12 --width 40 --repeats 2 --rounds 1 --multiples 1 --wide-trials 4 --wide-width 100 --wide-samples 3
mask_moments_flags := --at-most 12 --width 30 --trials 16 --rounds 2
bernoulli_rate_flags := --at-most 8 --width 30 --repeats 2 --folds 2 --curve-rounds 4 --masks 2 --along-width 20,40 \
    --curve-widths 20,40 --along-subnets 1,2,4
categorical_rate_flags := --at-most 8 --width 30 --trials 3 --rounds 3 --subnets 1,2 --event-width 64 --event-samples 3 --event-subnets 1
error_floor_flags := --rounds 4 --repeats 2 --paths 0 --runs 1 --along-subnets 8,16,32
error_floor_heatmap_flags := --rows first --until stopped --runs 0 --repeats 1 --paths 2 --rounds 20
error_floor_width_flags := --rows first --until stopped --runs 0 --repeats 1 --paths 2 --rounds 20
advise_flags := --at-most 12 --width 30 --rounds 5 --repeats 2 --run-samples 8 --trials 10
else
$(error PROFILE=$(value PROFILE) is not known; give quick, default or paper)
endif
