# Masked NTK. `make help` lists what there is to make.
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
SHELL := /bin/bash

# --- settings a user may give ---------------------------------------------------------------------------------------
PROFILE ?= default
DATA ?= data/digits.npz
SEED ?= 1
THREADS ?= $(shell nproc)
ARCH ?= native

# --- compiler ---------------------------------------------------------------------------------------------------------
CC := gcc
WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wvla
CFLAGS = -std=c17 -D_GNU_SOURCE -O3 -g -march=$(ARCH) -fopenmp -ffp-contract=fast -ffile-prefix-map=$(CURDIR)=. $(WARN) $(EXTRA_CFLAGS)
CPPFLAGS := -Isrc -I. -DBUILD_FLAGS='"-O3 -march=$(ARCH) $(EXTRA_CFLAGS)"'
LIBS := -llapacke -lopenblas -lgsl -lzip -lmd -larpack -lm
B ?= build


# --- what there is ----------------------------------------------------------------------------------------------------
EXPERIMENTS := loss-dynamics error-heatmap width-sweep subnet-sweep
REPORTS := compare-results report
THEORY := infinite-ntk ntk-concentration required-width local-descent drift mask-moments bernoulli-rate categorical-rate statements
TOOLS := $(EXPERIMENTS) claims

# The source of program a-b is a_b.c; the other files of its folder, and of the folders in it, are parts shared by its programs.
experiment_mains := $(foreach p,$(TOOLS),experiments/$(subst -,_,$p).c)
report_mains := $(foreach p,$(REPORTS),report/$(subst -,_,$p).c)
theory_mains := $(foreach p,$(THEORY),theory/$(subst -,_,$p).c)
library := $(wildcard src/run/*.c src/model/*.c)
experiment_parts := $(filter-out $(experiment_mains),$(wildcard experiments/*.c))
report_parts := $(filter-out $(report_mains),$(wildcard report/*.c))
theory_parts := $(filter-out $(theory_mains),$(wildcard theory/*.c theory/*/*.c))
single_parts := $(library) $(experiment_parts) $(report_parts)
double_parts := $(single_parts) $(theory_parts)
tests := $(wildcard tests/*.c)

programs := $(TOOLS:%=$(B)/bin/%) $(REPORTS:%=$(B)/bin/%) $(THEORY:%=$(B)/bin/%)
double_programs := $(EXPERIMENTS:%=$(B)/bin/double/%)

.PHONY: all
all: $(programs) $(double_programs) ## build every program (build/bin), the experiments also in double precision (build/bin/double)

# --- one source, two precisions ---------------------------------------------------------------------------------------
$(B)/single/%.o: %.c $(B)/flags | deps
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c $< -o $@

$(B)/double/%.o: %.c $(B)/flags | deps
	@mkdir -p $(@D)
	@echo "  CC      $< (double)"
	@$(CC) $(CFLAGS) $(CPPFLAGS) -DREAL_DOUBLE -MMD -MP -c $< -o $@

# Criterion's assertions convert int to one-bit fields. Private: the flags file, a prerequisite, must not see it.
$(B)/single/tests/%.o $(B)/double/tests/%.o: private WARN += -Wno-conversion

# Rewritten only when the flags change, so that objects follow them.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(CPPFLAGS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS) $(CPPFLAGS)' > $@

$(B)/single/libmntk.a: $(single_parts:%.c=$(B)/single/%.o)
$(B)/double/libmntk.a: $(double_parts:%.c=$(B)/double/%.o)
$(B)/single/libmntk.a $(B)/double/libmntk.a:
	@echo "  AR      $@"
	@rm -f $@
	@ar qcs $@ $^

link = echo "  LD      $@"; mkdir -p $(@D); $(CC) $(CFLAGS) $^ -o $@ $(LIBS)

.SECONDEXPANSION:
$(TOOLS:%=$(B)/bin/%): $(B)/bin/%: $(B)/single/experiments/$$(subst -,_,$$*).o $(B)/single/libmntk.a | $(B)/bin/VERSION
	@$(link)
$(REPORTS:%=$(B)/bin/%): $(B)/bin/%: $(B)/single/report/$$(subst -,_,$$*).o $(B)/single/libmntk.a | $(B)/bin/VERSION
	@$(link)
$(THEORY:%=$(B)/bin/%): $(B)/bin/%: $(B)/double/theory/$$(subst -,_,$$*).o $(B)/double/libmntk.a | $(B)/bin/VERSION
	@$(link)
$(double_programs): $(B)/bin/double/%: $(B)/double/experiments/$$(subst -,_,$$*).o $(B)/double/libmntk.a | $(B)/bin/double/VERSION
	@$(link)
$(B)/bin/tests-%: $(tests:%.c=$(B)/$$*/%.o) $(B)/$$*/libmntk.a
	@$(link) -lcriterion -lquadmath

# The version stands beside the programs, not in them: a commit that changes no code makes no result stale.
$(B)/bin/VERSION $(B)/bin/double/VERSION: FORCE
	@mkdir -p $(@D)
	@version=$$(git describe --always --dirty --tags 2>/dev/null || echo unknown); \
	    echo "$$version" | cmp -s - $@ || echo "$$version" > $@

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# --- packages ---------------------------------------------------------------------------------------------------------
.PHONY: deps
deps: ## install the Debian packages that are missing (or say how)
	@./deps.sh

# --- results and pictures ---------------------------------------------------------------------------------------------
# Other data sets, profiles and seeds get folders of their own: results/quick, results/quick-mine-1a2b3c4d-seed7, ...
data_tag := $(if $(filter-out data/digits.npz,$(DATA)),$(basename $(notdir $(DATA)))-$(shell sha256sum $(DATA) 2>/dev/null | cut -c1-8))
space := $(subst x,,x x)
tag := $(subst $(space),-,$(strip $(filter-out default,$(PROFILE)) $(data_tag) $(if $(filter-out 1,$(SEED)),seed$(SEED))))
# Built elsewhere (B=/...), results and pictures stand there too: this folder is only read.
elsewhere := $(if $(filter /% ../%,$(B)),$(B)/)
R := $(elsewhere)results$(if $(tag),/$(tag))
P := $(elsewhere)plots$(if $(tag),/$(tag))
settings_given := $(strip $(if $(filter-out default,$(PROFILE)),PROFILE=$(PROFILE)) $(if $(data_tag),DATA=$(DATA)) $(if $(filter-out 1,$(SEED)),SEED=$(SEED)))

include profiles.mk
common = --data $(DATA) --seed $(SEED) --threads $(THREADS)
settings := profiles.mk

tables := $(addprefix $R/,loss-dynamics.dat error-heatmap.dat error-heatmap-zero.dat width-sweep.dat subnet-sweep.dat)
panels := loss-dynamics error-heatmap width-sweep subnet-sweep
pictures_of = $(addprefix $P/$1.,pdf svg png)
theory_figures := spectrum deviation lambda-min required-width movements mean-curve drift
pictures := $(foreach f,$(panels) figure2 $(theory_figures),$(call pictures_of,$f))

# Each table has a table of its single runs beside it.
$R/loss-dynamics.dat $R/loss-dynamics.runs.dat &: $(B)/bin/loss-dynamics $(DATA) $(settings)
	@$(B)/bin/loss-dynamics $(common) $(loss_dynamics_flags) --out $R/loss-dynamics.dat
$R/error-heatmap.dat $R/error-heatmap.runs.dat &: $(B)/bin/error-heatmap $(DATA) $(settings)
	@$(B)/bin/error-heatmap $(common) $(error_heatmap_flags) --unselected keep --out $R/error-heatmap.dat
$R/error-heatmap-zero.dat $R/error-heatmap-zero.runs.dat &: $(B)/bin/error-heatmap $(DATA) $(settings)
	@$(B)/bin/error-heatmap $(common) $(error_heatmap_flags) $(zero_flags) --unselected zero --out $R/error-heatmap-zero.dat
$R/width-sweep.dat $R/width-sweep.runs.dat &: $(B)/bin/width-sweep $(DATA) $(settings)
	@$(B)/bin/width-sweep $(common) $(width_sweep_flags) --out $R/width-sweep.dat
$R/subnet-sweep.dat $R/subnet-sweep.runs.dat &: $(B)/bin/subnet-sweep $(DATA) $(settings)
	@$(B)/bin/subnet-sweep $(common) $(subnet_sweep_flags) --out $R/subnet-sweep.dat

# A program of theory/ writes its table and its rows of statements; exit 3 (a statement of ours refuted) still is a result.
theory_programs := $(filter-out statements,$(THEORY))
theory_rows := $(theory_programs:%=$R/%.statements.dat)
$(theory_rows): $R/%.statements.dat: $(B)/bin/% $(DATA) $(settings)
	@$(B)/bin/$* $(common) $($(subst -,_,$*)_flags) --out $R/$*.dat; code=$$?; [ $$code = 0 ] || [ $$code = 3 ]
$(theory_programs:%=$R/%.dat): $R/%.dat: $R/%.statements.dat ;

# gnuplot is told nothing but the figure, where its tables are and where its pictures go; neither a user's own settings nor
# the lack of a home folder reaches it or its fonts.
gnuplot = env -u XDG_CONFIG_HOME -u XDG_CACHE_HOME HOME=$(B) LC_ALL=C.UTF-8 gnuplot -d -c plots/draw.gp
draw = mkdir -p $P && $(gnuplot) $1 $R $P && echo "  DRAW    $P/$1.pdf"
drawing := plots/draw.gp plots/style.gp

$(call pictures_of,loss-dynamics) &: $R/loss-dynamics.dat plots/loss-dynamics.gp $(drawing)
	@$(call draw,loss-dynamics)
$(call pictures_of,error-heatmap) &: $R/error-heatmap.dat $R/error-heatmap-zero.dat plots/error-heatmap.gp $(drawing)
	@$(call draw,error-heatmap)
$(call pictures_of,width-sweep) &: $R/width-sweep.dat plots/width-sweep.gp $(drawing)
	@$(call draw,width-sweep)
$(call pictures_of,subnet-sweep) &: $R/subnet-sweep.dat plots/subnet-sweep.gp $(drawing)
	@$(call draw,subnet-sweep)
$(call pictures_of,spectrum) &: $R/infinite-ntk.dat plots/spectrum.gp $(drawing)
	@$(call draw,spectrum)
$(call pictures_of,deviation) &: $R/ntk-concentration.dat plots/deviation.gp $(drawing)
	@$(call draw,deviation)
$(call pictures_of,lambda-min) &: $R/ntk-concentration.dat plots/lambda-min.gp $(drawing)
	@$(call draw,lambda-min)
$(call pictures_of,required-width) &: $R/required-width.dat plots/required-width.gp $(drawing)
	@$(call draw,required-width)
$(call pictures_of,movements) &: $R/categorical-rate.dat plots/movements.gp $(drawing)
	@$(call draw,movements)
$(call pictures_of,mean-curve) &: $R/bernoulli-rate.dat plots/mean-curve.gp $(drawing)
	@$(call draw,mean-curve)
$(call pictures_of,drift) &: $R/drift.dat plots/drift.gp $(drawing)
	@$(call draw,drift)
$(call pictures_of,figure2) &: $(tables) $(panels:%=plots/%.gp) plots/figure2.gp $(drawing)
	@$(call draw,figure2)

# The time first: the sum of what the programs predict for tables that are missing or older than their program.
# $(call predict,TABLE,PROGRAM,FLAGS)
predict = [ $R/$1.dat -nt $(B)/bin/$2 ] && [ $R/$1.dat -nt profiles.mk ] || $(B)/bin/$2 $(common) --predict $3 --out $R/$1.dat;

.PHONY: predict
predict: $(EXPERIMENTS:%=$(B)/bin/%) $(theory_programs:%=$(B)/bin/%) ## say how long `make figures` will compute
	@{ $(call predict,loss-dynamics,loss-dynamics,$(loss_dynamics_flags)) \
	   $(call predict,error-heatmap,error-heatmap,$(error_heatmap_flags)) \
	   $(call predict,error-heatmap-zero,error-heatmap,$(error_heatmap_flags) $(zero_flags) --unselected zero) \
	   $(call predict,width-sweep,width-sweep,$(width_sweep_flags)) \
	   $(call predict,subnet-sweep,subnet-sweep,$(subnet_sweep_flags)) \
	   $(foreach p,$(theory_programs),$(call predict,$p,$p,$($(subst -,_,$p)_flags))) } | \
	 awk '{ s += $$1 } END { if (NR) printf "figures (PROFILE=$(PROFILE)): about %.0f s of computing on $(THREADS) threads\n", s }'

.PHONY: figures pictures
pictures: $(pictures)
figures: predict ## run the experiments and draw Figure 2 (PROFILE=quick|default|paper, DATA=file.npz, SEED=n)
	@$(MAKE) --no-print-directory pictures
	@echo "figures: $P/figure2.pdf and its panels are up to date"

.PHONY: theory
theory: $(theory_rows) $(B)/bin/statements ## check every statement of the paper: results/statements.dat
	@$(B)/bin/statements --results $R --out $R/statements.dat

.PHONY: list
list: ## list the tables and pictures of this profile, data set and seed
	@ls -l $(wildcard $(pictures) $(tables) $(tables:.dat=.runs.dat) $R/claims.dat $(theory_programs:%=$R/%.dat) $R/statements.dat)

$R/claims.dat: $(B)/bin/claims $(tables:.dat=.runs.dat)
	@$(B)/bin/claims --quiet --out $@ --loss $R/loss-dynamics.runs.dat --heatmap $R/error-heatmap.runs.dat \
	    --heatmap-zero $R/error-heatmap-zero.runs.dat --width $R/width-sweep.runs.dat --subnet $R/subnet-sweep.runs.dat

.PHONY: claims
claims: $R/claims.dat ## test the paper's claims about Figure 2 as statistics
	@$(B)/bin/claims --print $R/claims.dat

# --- the report -------------------------------------------------------------------------------------------------------
.PHONY: report
report: $(B)/bin/report $R/claims.dat theory pictures ## one page for a reviewer: results/REPORT.md, report.html and, with chromium, report.pdf
	@./deps.sh report
	@$(B)/bin/report --results $R --plots $(if $(tag),../../plots/$(tag),../plots) $(if $(settings_given),--make '$(settings_given)') --out $R/REPORT.md
	@report/page.sh $R
	@if command -v chromium >/dev/null; then python3 tests/report_browser.py $R/report.html $R; fi
	@ls -l $R/REPORT.md $R/report.html

# --- tests ------------------------------------------------------------------------------------------------------------
# Criterion runs a worker per processor: BLAS gets one thread. Tests write below build/: built elsewhere, they run there,
# where this folder's files are links and build is B.
run_tests = MNTK_BIN=$(if $(elsewhere),build,$(B))/bin OPENBLAS_NUM_THREADS=1 $(if $(elsewhere),build,$(B))/bin/tests-$1 $(TEST_FLAGS)

.PHONY: test
test: $(B)/bin/tests-single $(B)/bin/tests-double all ## run every test, in both precisions
	@mkdir -p $(B)/test-tmp $(if $(elsewhere),$(B)/stand)
	@$(if $(elsewhere),ln -sfn $(abspath $(filter-out build results,$(wildcard *))) $(B)/stand && ln -sfn .. $(B)/stand/build)
	@cd $(if $(elsewhere),$(B)/stand,.) && $(call run_tests,single)
	@cd $(if $(elsewhere),$(B)/stand,.) && $(call run_tests,double)

# --- the rest ---------------------------------------------------------------------------------------------------------
.PHONY: clean
clean: ## remove what was built, computed and drawn
	rm -rf $(B) $(filter-out results/published,$(wildcard results/*)) $(wildcard plots/*.pdf plots/*.svg plots/*.png) $(patsubst %/,%,$(wildcard plots/*/))

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

-include checks.mk faults.mk bench.mk verify.mk

print-%:
	@echo '$($*)'

.PHONY: FORCE
FORCE:
