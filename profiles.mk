# profiles: what the programs are given in each PROFILE. Every number of the paper's settings that is not named here is the
# program's default, which is the paper's (Figure 2; see experiments/*.c).
#
#   paper    the paper's settings exactly
#   default  fewer rows, repetitions and widths: minutes on two processors
#   quick    a smoke run: seconds
#
# On the embedded data the paper's lr = 0.1 of Figure 2b diverges at xi = 0.1 when only the first 250 rows are taken (stability
# number 2.43), so the smaller profiles take 0.06.

ifeq ($(PROFILE),paper)
loss_dynamics_flags :=
error_heatmap_flags :=
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
subnet_sweep_flags := --samples 250 --repeats 5
else
$(error PROFILE=$(PROFILE) is not known; give quick, default or paper)
endif
