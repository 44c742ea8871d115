# figures: the tables that programs write, the pictures that gnuplot draws from them, the claims, the statements, the report.
# SPDX-License-Identifier: GPL-3.0-or-later

# --- where results stand ----------------------------------------------------------------------------------------------
# Other data sets, profiles, seeds and learning rates get folders of their own: results/quick,
# results/quick-mine-1a2b3c4d-seed7-lr0.03, ...
ifneq ($(DATA),data/digits.npz)
data_tag := $(shell make/data-tag.sh $(call quote,$(DATA)))
endif
space := $(subst x,,x x)
tag := $(subst $(space),-,$(strip $(filter-out default,$(PROFILE)) $(data_tag) $(if $(filter-out 1,$(SEED)),seed$(SEED)) $(LR:%=lr%)))
R := $(elsewhere)results$(if $(tag),/$(tag))
P := $(elsewhere)plots$(if $(tag),/$(tag))

# A data set's folder is named by its content: only the embedded one can change under its name.
data_file := $(if $(data_tag),$(if $(filter missing,$(data_tag)),data-missing),data/digits.npz)
.PHONY: data-missing
data-missing:
	@printf 'make: DATA=%s: no file that can be read; give the path of an .npz file\n' "$$DATA" >&2; exit 2

# The settings of make that are not the usual ones, as a shell takes them.
settings_given = $(strip $(if $(filter-out default,$(PROFILE)),PROFILE=$(PROFILE)) \
    $(if $(filter-out 1,$(SEED)),SEED=$(SEED)) $(LR:%=LR=%) $(if $(elsewhere),B=$(B)))$(if $(data_tag), DATA=$(call quote,$(DATA)))

# --- tables -----------------------------------------------------------------------------------------------------------
# A table NAME.dat is of the program NAME with the profile's NAME_flags, '-' being '_'; what is otherwise is said here.
include make/profiles.mk
panel_tables := loss-dynamics error-heatmap error-heatmap-zero width-sweep subnet-sweep
told_tables := error-floor-heatmap error-floor-width
control_tables := width-rounds width-rate width-theory
mask_tables := mask-laws held-out
theory_tables := $(filter-out statements advise,$(THEORY))

program_error-heatmap-zero := error-heatmap
error_heatmap_zero_flags = $(error_heatmap_flags) $(zero_flags)
# Predictions beside a table of runs take their cells, sizes and steps from it.
program_error-floor-heatmap := error-floor
program_error-floor-width := error-floor
after_error-floor-heatmap := error-heatmap
after_error-floor-width := width-sweep
$(foreach t,error-floor-heatmap error-floor-width,$(eval always_$t = --cells $R/$(after_$t).dat))
$(foreach t,$(control_tables),$(eval program_$t := width-sweep))
# Beyond Figure 2: the laws of masks beside each other, rows held out.
$(foreach t,$(mask_tables),$(eval program_$t := error-heatmap))
always_mask-laws := --mask all --stop no
always_held-out := --stop no --starts same
# The step of the panels: LR, or the profile's, and what becomes of it where it is not stable.
error_heatmap_zero_lr = $(error_heatmap_lr)
lr_of = $(if $(filter $1,$(panel_tables) $(control_tables) $(mask_tables)),$(or $($(subst -,_,$1)_given),$(if $(LR),--lr $(LR),$($(subst -,_,$1)_lr) $(unstable_flags))))
width_theory_lr = --lr $(control_eta)
width_theory_given = $(if $(filter-out auto,$(LR)),--lr $(shell echo $(control_eta) \
    | LC_ALL=C awk -F , '{ for (k = 1; k <= NF; k++) printf "%s%.4g", (k > 1 ? "," : ""), $$k * $(LR) / 0.16 }'))
always_error-heatmap := --unselected keep
always_error-heatmap-zero := --unselected zero

# What a run writes beside NAME.dat, and an exit code that still is a result (3: a statement of ours is refuted).
$(foreach t,$(panel_tables) $(control_tables) $(mask_tables),$(eval beside_$t := $t.runs.dat))
$(foreach t,$(theory_tables),$(eval beside_$t := $t.statements.dat)$(eval accept_$t := 3))
beside_bernoulli-rate += bernoulli-rate.floors.dat
beside_mask-moments += mask-moments.rounds.dat
beside_error-floor += error-floor.curves.dat

program_of = $(B)/bin/$(or $(program_$1),$1)
flags_of = $(strip $($(subst -,_,$1)_flags) $(lr_of) $(always_$1))
threads := $(if $(threads_given),--threads $(THREADS))
command_of = $(call program_of,$1) --data "$$DATA" --seed $(SEED) $(threads) $(call flags_of,$1) --out $R/$1.dat
# The flags that a table was made with: a table is made again when the profile says something else of it.
given_flags = $(B)/settings/$(or $(tag),default)/$1

define table_rule
$(call keep,$(given_flags),$1: $(call flags_of,$1))
$R/$1.dat $(addprefix $R/,$(beside_$1)) &: $(call program_of,$1) $(data_file) $(given_flags) $(after_$1:%=$R/%.dat)
	@$$(call command_of,$1) $(if $(accept_$1),|| [ $$$$? = $(accept_$1) ])
endef
$(foreach t,$(panel_tables) $(control_tables) $(theory_tables) $(told_tables) $(mask_tables),$(eval $(call table_rule,$t)))

tables := $(patsubst %,$R/%.dat,$(panel_tables) $(control_tables) $(mask_tables))
theory_rows := $(theory_tables:%=$R/%.statements.dat)

# --- pictures ---------------------------------------------------------------------------------------------------------
# Which tables each figure is drawn from; its drawing is plots/FIGURE.gp.
tables_of_loss-dynamics := loss-dynamics
tables_of_error-heatmap := error-heatmap error-heatmap-zero error-floor-heatmap
tables_of_width-sweep := width-sweep error-floor-width
tables_of_subnet-sweep := subnet-sweep
tables_of_figure2 := $(filter-out error-heatmap-zero,$(panel_tables)) error-floor-width
tables_of_width-controls := width-sweep $(control_tables)
tables_of_spectrum := infinite-ntk
tables_of_deviation := ntk-concentration
tables_of_lambda-min := ntk-concentration
tables_of_required-width := required-width
tables_of_movements := categorical-rate
tables_of_mean-curve := bernoulli-rate
tables_of_drift := drift
tables_of_predicted-floor := error-floor
$(foreach t,$(mask_tables),$(eval tables_of_$t := $t))
panels := loss-dynamics error-heatmap width-sweep subnet-sweep
figures := $(panels) figure2 width-controls $(mask_tables) spectrum deviation lambda-min required-width movements mean-curve drift predicted-floor

drawings := plots/draw.gp plots/style.gp
pictures_of = $(addprefix $P/$1.,pdf svg png)
# Neither a user's own settings (-d: no ~/.gnuplot) nor the lack of a home folder reaches gnuplot or its fonts.
gnuplot := env -u GNUTERM -u XDG_CONFIG_HOME -u XDG_CACHE_HOME HOME=$(B) LC_ALL=C.UTF-8 gnuplot -d -c plots/draw.gp

define figure_rule
$(call pictures_of,$1) &: $(tables_of_$1:%=$R/%.dat) plots/$1.gp $(drawings) $(if $(filter figure2,$1),$(panels:%=plots/%.gp))
	@mkdir -p $P && $(gnuplot) $1 $R $P && echo "  DRAW    $P/$1.pdf"
endef
$(foreach f,$(figures),$(eval $(call figure_rule,$f)))
pictures := $(foreach f,$(figures),$(call pictures_of,$f))

# --- what a user asks for ---------------------------------------------------------------------------------------------
# The time first: the sum of what the programs predict for tables that are missing or older than their program or settings.
# Predictions beside tables that are not there yet have no cells to be timed by.
predict_one = { [ $R/$1.dat -nt $(call program_of,$1) ] && [ $R/$1.dat -nt $(given_flags) ]; } \
    $(if $(after_$1),|| [ ! -e $R/$(after_$1).dat ]) \
    || $(call command_of,$1) --predict || exit;

.PHONY: predict
predict: $(EXPERIMENTS:%=$(B)/bin/%) $(theory_tables:%=$(B)/bin/%) $(data_file) ## say how long `make figures` will compute
	@seconds=$$($(foreach t,$(panel_tables) $(control_tables) $(mask_tables) $(theory_tables) $(told_tables),$(call predict_one,$t)) true) || exit; \
	 [ -z "$$seconds" ] || echo "$$seconds" | LC_ALL=C awk '{ s += $$1 } \
	     END { printf "figures (PROFILE=$(PROFILE)): about %.0f s of computing$(if $(threads), on $(THREADS) threads), beside predictions of tables to come\n", s }'

.PHONY: figures pictures
pictures: $(pictures)
figures: predict ## run the experiments and draw Figure 2 (PROFILE=quick|default|paper, DATA=file.npz, SEED=n, LR=x|auto)
	@$(MAKE) --no-print-directory pictures
	@make/diverged.sh $(panel_tables:%=$R/%.dat) $(mask_tables:%=$R/%.dat)
	@echo "figures: $P/figure2.pdf and its panels are up to date"

.PHONY: masks
masks: $(foreach t,$(mask_tables),$(call pictures_of,$t)) ## of figures those beyond Figure 2 alone: the floor by the law of masks, the error of rows held out
	@echo "masks: $(foreach t,$(mask_tables),$P/$t.pdf) are up to date; make claims judges the second"

.PHONY: theory
theory: $(theory_rows) $(B)/bin/statements ## check every statement of the paper: results/statements.dat
	@$(B)/bin/statements --results $R --out $R/statements.dat

# The page goes to the terminal and is kept beside the table.
$R/advise.txt $R/advise.dat &: $(B)/bin/advise $(data_file)
	@mkdir -p $R
	@$(B)/bin/advise --data "$$DATA" --seed $(SEED) --threads $(THREADS) $(advise_flags) --out $R/advise.dat >$R/advise.txt.new && mv $R/advise.txt.new $R/advise.txt

.PHONY: advise
advise: $R/advise.txt $R/advise.dat ## one page on the data: lambda_min and its rows, widths, steps, floors (DATA=file.npz)
	@cat $<

made = $(wildcard $(pictures) $(tables) $(told_tables:%=$R/%.dat) $(tables:.dat=.runs.dat) $R/claims.dat $(theory_tables:%=$R/%.dat) $R/statements.dat)
.PHONY: list
list: ## list the tables and pictures of this profile, data set and seed
	@$(if $(made),ls -l $(made),echo "list: nothing is made yet in $R and $P; make figures makes it")

$R/claims.dat: $(B)/bin/claims $(tables:.dat=.runs.dat)
	@$(B)/bin/claims --quiet --out $@ --loss $R/loss-dynamics.runs.dat --heatmap $R/error-heatmap.runs.dat \
	    --heatmap-zero $R/error-heatmap-zero.runs.dat --width $R/width-sweep.runs.dat --subnet $R/subnet-sweep.runs.dat \
	    $(foreach t,$(control_tables),--$t $R/$t.runs.dat) --held $R/held-out.runs.dat

.PHONY: claims
claims: $R/claims.dat ## test the paper's claims about Figure 2 as statistics
	@$(B)/bin/claims --print $R/claims.dat

.PHONY: report
report: $(B)/bin/report $R/claims.dat $R/advise.txt $R/advise.dat theory pictures ## one page for a reviewer: results/REPORT.md, report.html, mathematics.html with the proofs and, with chromium, report.pdf
	@make/deps.sh report
	@$(B)/bin/report --results $R --plots $(if $(tag),../../plots/$(tag),../plots) \
	    $(if $(settings_given),--make $(call quote,$(strip $(settings_given)))) --out $R/REPORT.md
	@report/page.sh $R
	@if command -v chromium >/dev/null; then python3 tests/report_browser.py $R/report.html $R; fi
	@ls -l $R/REPORT.md $R/report.html
