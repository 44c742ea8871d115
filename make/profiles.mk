# profiles: what the programs are given in each PROFILE. Every number of the paper's settings that is not named here is the
# program's default, which is the paper's (Figure 2; see experiments/*.c).
#
#   paper    the paper's settings of Figure 2 exactly; the theory programs, for which the paper names no sizes, as by default
#            (and the heat map of the released program beside Algorithm 1's, zero_flags, with 3 repetitions: it is there for comparison)
#   default  fewer rows, repetitions and widths: minutes on two processors
#   quick    a smoke run: seconds; it alone has other settings for the theory programs
#
# On the embedded data the paper's lr = 0.1 of Figure 2b diverges at xi = 0.1 (stability number 1.93 with all rows, 2.43 with the
# first 250), so the smaller profiles take 0.06.

# The controls of 2c at xi = 0.8: the rounds after which its widest networks stop, for all widths; lr W/m; theory scaling with
# the step size of the least width, eta = lr W/(n xi^2) = 0.16 W/(0.64 n).
width_rounds_flags = $(width_sweep_flags) --xi 0.8 --stop never --rounds 40
width_rate_flags = $(width_sweep_flags) --xi 0.8 --lr-width $(control_width)
width_theory_flags = $(width_sweep_flags) --xi 0.8 --scaling theory --lr $(control_eta)
control_width := 250
control_eta := 0.625

ifeq ($(PROFILE),paper)
loss_dynamics_flags :=
error_heatmap_flags :=
zero_flags := --repeats 3
width_sweep_flags :=
subnet_sweep_flags :=
else ifeq ($(PROFILE),default)
loss_dynamics_flags := --repeats 5
error_heatmap_flags := --samples 150 --lr 0.06 --repeats 3
width_sweep_flags := --repeats 5
subnet_sweep_flags := --repeats 10
else ifeq ($(PROFILE),quick)
loss_dynamics_flags := --samples 250 --repeats 3
error_heatmap_flags := --samples 100 --width 200 --lr 0.06 --subnets 1,4,7,10 --xi 0.1,0.4,0.7,1 --repeats 3
width_sweep_flags := --samples 60 --width 100,250,500,1000 --repeats 3
control_width := 100
control_eta := 0.4167
subnet_sweep_flags := --samples 250 --repeats 5
infinite_ntk_flags := --samples 300
advise_flags := --rounds 20 --repeats 2 --run-samples 60 --trials 60
ntk_concentration_flags := --samples 100 --widths 64,128,256,512,1024,2048,4096,8192,16384 --trials 60
required_width_flags := --sizes 25,50,100 --trials 60
local_descent_flags := --samples 40 --width 300 --repeats 2 --wide-trials 30 --rounds 1 --multiples 1,16
drift_flags := --samples 40 --width 300 --repeats 2 --wide-trials 30 --rounds 3
mask_moments_flags := --samples 200 --trials 240
bernoulli_rate_flags := --samples 16 --repeats 8 --along-width 64,128,256,512 --curve-widths 128,256,512,1024 \
    --along-subnets 1,2,4,8,16
categorical_rate_flags := --samples 16 --width 128 --rounds 15 --event-width 16384 --event-rounds 2 --event-subnets 1,2 --trials 60
error_floor_flags := --samples 16 --subnets 8 --xi 0.8 --paths 4
else
$(error PROFILE=$(value PROFILE) is not known; give quick, default or paper)
endif
