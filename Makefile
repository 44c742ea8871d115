# Masked NTK. `make help` lists what there is to make; the parts are in make/.
# SPDX-License-Identifier: GPL-3.0-or-later
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash

# --- settings a user may give -----------------------------------------------------------------------------------------
PROFILE ?= default
DATA ?= data/digits.npz
SEED ?= 1
LR ?=
B ?= build

# $(call quote,TEXT): TEXT as one word of the shell.
quote = '$(subst ','\'',$1)'
# $(call keep,FILE,TEXT): TEXT is written to FILE, at once, unless it stands there.
same = $(and $(findstring x$1x,x$2x),$(findstring x$2x,x$1x))
keep = $(if $(building),$(if $(call same,$(strip $(file <$1)),$(strip $2)),,$(shell mkdir -p $(dir $1))$(file >$1,$(strip $2))))
# $(call no_number,TEXT): TEXT, but nothing for a number.
no_digits = $(if $1,$(call no_digits,$(wordlist 2,9,$1),$(subst $(firstword $1),,$2)),$2)
no_number = $(if $(filter 1,$(words $1)),$(strip $(call no_digits,0 1 2 3 4 5 6 7 8,$(subst 9,,$1))),x)

ifneq ($(words $(B)),1)
$(error B=$(B): a build folder's name has no blanks; give another)
endif

# Taken as they are written: a name is not for make or the shell to read. Recipes have the path of the data as "$$DATA".
override PROFILE := $(value PROFILE)
override DATA := $(value DATA)
override SEED := $(value SEED)
override LR := $(strip $(value LR))
ifneq ($(filter -%,$(firstword $(DATA))),)
override DATA := ./$(DATA)
endif
export DATA
ifneq ($(call no_number,$(SEED)),)
$(error SEED=$(SEED) is not a number)
endif
ifneq ($(LR),)
ifeq ($(shell printf '%s\n' $(call quote,$(LR)) | grep -Ex 'auto|[0-9.e-]+'),)
$(error LR=$(LR) is not a learning rate; give a number or auto)
endif
endif

# Threads: one a processor, at most the 64 that Debian's OpenBLAS is built for. Programs that compute tables are told
# only what was given: what else bounds them (a quota, OMP_NUM_THREADS) they ask themselves.
threads_given := $(filter-out undefined,$(origin THREADS))
ifeq ($(threads_given),)
override THREADS := $(shell nproc)
endif
override THREADS := $(value THREADS)
ifneq ($(call no_number,$(THREADS)),)
$(error THREADS=$(THREADS) is not a number)
endif
ifneq ($(shell [ $(THREADS) -le 64 ] 2>/dev/null || echo many),)
ifeq ($(MAKELEVEL),0)
$(shell echo 'make: $(THREADS) threads are more than the 64 that OpenBLAS takes; 64 are used' >&2)
endif
override THREADS := 64
endif

# Built elsewhere (B=/...), results and pictures stand there too: this folder is only read.
elsewhere := $(if $(filter /% ../%,$(B)),$(B)/)

# Nothing is written for the sake of these.
goals := $(or $(MAKECMDGOALS),all)
building := $(filter-out help clean distclean deps list check-documents print-%,$(goals))

# What only builds and tests is compiled on all processors, unless -j says on how many.
ifeq ($(filter-out all test,$(goals))$(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(THREADS)
endif

# --- what there is ----------------------------------------------------------------------------------------------------
EXPERIMENTS := loss-dynamics error-heatmap width-sweep subnet-sweep
REPORTS := compare-results report
THEORY := infinite-ntk ntk-concentration required-width local-descent drift mask-moments bernoulli-rate categorical-rate error-floor statements advise
TOOLS := $(EXPERIMENTS) claims

# The source of program a-b is a_b.c, or main.c in the folder a_b; the other files of its folder, and of the folders in it, are
# parts shared by its programs.
main_of = $(or $(wildcard $1/$(subst -,_,$2)/main.c),$1/$(subst -,_,$2).c)
experiment_mains := $(foreach p,$(TOOLS),$(call main_of,experiments,$p))
report_mains := $(foreach p,$(REPORTS),$(call main_of,report,$p))
theory_mains := $(foreach p,$(THEORY),$(call main_of,theory,$p))

# An archive a floor, the ground first: each uses only those before it. Theory is in double precision alone.
floors := base io cli stats sweep model study
$(foreach f,$(floors),$(eval parts_of_$f := $(filter-out src/base/processor.c,$(wildcard src/$f/*.c))))
parts_of_experiments := $(filter-out $(experiment_mains),$(wildcard experiments/*.c))
parts_of_report := $(filter-out $(report_mains),$(wildcard report/*.c))
parts_of_theory := $(filter-out $(theory_mains),$(wildcard theory/*/*.c))
single_archives := $(floors) experiments report
double_archives := $(single_archives) theory
mains := $(experiment_mains) $(report_mains) $(theory_mains)
parts := $(foreach a,$(double_archives),$(parts_of_$a))
# $(call archives,PRECISION): in the linker's order, what uses before what is used.
reversed = $(if $1,$(call reversed,$(wordlist 2,99,$1)) $(firstword $1))
archives = $(patsubst %,$(B)/$1/lib%.a,$(call reversed,$($1_archives)))
tests := $(wildcard tests/unit/*.c tests/theory/*.c tests/program/*.c tests/support/*.c)
benches := $(wildcard bench/*.c)

programs := $(TOOLS:%=$(B)/bin/%) $(REPORTS:%=$(B)/bin/%) $(THEORY:%=$(B)/bin/%)
double_programs := $(EXPERIMENTS:%=$(B)/bin/double/%)

.PHONY: all
all: $(programs) $(double_programs) ## build every program (build/bin), the experiments also in double precision (build/bin/double)

include make/flags.mk

# --- one source, two precisions ---------------------------------------------------------------------------------------
$(B)/single/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(compile)

$(B)/double/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC      $< (double)"
	@$(compile) -DREAL_DOUBLE

# Of the sources that are built for both, those of which no file asks for the precision are compiled once.
in_both := $(foreach a,$(single_archives),$(parts_of_$a)) $(tests)
files_of = $$(sed 's/^[^ ]*:$$//; s/^[^ ]*: //; s/\\$$//' $1)
$(in_both:%.c=$(B)/double/%.o): $(B)/double/%.o: %.c $(B)/single/%.o $(B)/flags
	@mkdir -p $(@D)
	@if [ -s $(B)/single/$*.d ] && ! grep -q REAL_DOUBLE $(call files_of,$(B)/single/$*.d); then \
	    rm -f $(@:.o=.d); cp $(B)/single/$*.o $@; else \
	    echo "  CC      $< (double)"; $(compile) -DREAL_DOUBLE; fi

# Criterion's assertions convert int to one-bit fields. What is tested is compiled as for use, the tests themselves faster.
$(B)/single/tests/%.o $(B)/double/tests/%.o: WARN += -Wno-conversion
$(B)/single/tests/%.o $(B)/double/tests/%.o: OPTIMIZE := -O1

# An archive holds what its list names: a part that is no more leaves it.
define archive_rule
$(call keep,$(B)/$1/parts-$2,$(parts_of_$2))
$(B)/$1/lib$2.a: $(parts_of_$2:%.c=$(B)/$1/%.o) $(B)/$1/parts-$2
	@echo "  AR      $$@"
	@rm -f $$@
	@$$(AR) qcs $$@ $$(filter %.o,$$^)
endef
$(foreach p,single double,$(foreach a,$($p_archives),$(eval $(call archive_rule,$p,$a))))

# In every program: asks before main whether the processor has the instruction sets of the flags file. Built without -march, so
# that every processor can run it.
instruction_sets := POPCNT|SSE3|SSSE3|SSE4_1|SSE4_2|AVX|AVX2|FMA|FMA4|XOP|BMI|BMI2|AVX512(F|CD|BW|DQ|VL|IFMA|VBMI|VBMI2|VNNI|BITALG|VPOPCNTDQ)
needed = sed -nE 's/^.define __ARM_FEATURE_(ATOMICS|SVE) 1$$/NEED_ARM(\1)/p; s/^.define __($(instruction_sets))__ 1$$/NEED_X86(\L\1)/p' $(B)/flags \
    | sed '/X86.sse4/s/_\([12]\)/.\1/' | tr '\n' ' '
$(B)/processor.o: src/base/processor.c $(B)/flags
	@echo "  CC      $<"
	@$(CC) -std=c17 -D_GNU_SOURCE -O1 -g $(WARN) -D"NEEDED=$$($(needed))" -c $< -o $@

# $(call program_rule,PROGRAM,PRECISION,MAIN WITHOUT .c)
define program_rule
$1: $(B)/$2/$3.o $(B)/processor.o $(call archives,$2) $(B)/link-flags
	@$$(link)
endef
source_of = $(basename $(call main_of,$1,$(notdir $2)))
$(foreach p,$(TOOLS:%=$(B)/bin/%),$(eval $(call program_rule,$p,single,$(call source_of,experiments,$p))))
$(foreach p,$(REPORTS:%=$(B)/bin/%),$(eval $(call program_rule,$p,single,$(call source_of,report,$p))))
$(foreach p,$(THEORY:%=$(B)/bin/%),$(eval $(call program_rule,$p,double,$(call source_of,theory,$p))))
$(foreach p,$(double_programs),$(eval $(call program_rule,$p,double,$(call source_of,experiments,$p))))

$(B)/bin/tests-single: $(tests:%.c=$(B)/single/%.o) $(B)/processor.o $(call archives,single) $(B)/link-flags
	@$(link) -lcriterion
$(B)/bin/tests-double: $(tests:%.c=$(B)/double/%.o) $(B)/processor.o $(call archives,double) $(B)/link-flags
	@$(link) -lcriterion

objects := $(foreach p,single double,$(patsubst %.c,$(B)/$p/%.o,$(parts) $(mains) $(tests) $(benches)))
-include $(wildcard $(objects:.o=.d))

# The version stands beside the programs, not in them: a commit that changes no code makes no result stale.
ifneq ($(building),)
version := $(shell make/version.sh)
endif
$(foreach f,bin bin/double bench/single bench/double,$(call keep,$(B)/$f/VERSION,$(version)))

# Built elsewhere or further below, programs find what they share as if they were installed there.
ifneq ($(and $(findstring /,$(B)),$(building)),)
$(shell mkdir -p $(B)/share/masked-ntk && ln -sfn "$$PWD"/data "$$PWD"/plots $(B)/share/masked-ntk)
endif

# --- tests ------------------------------------------------------------------------------------------------------------
# Criterion runs a worker per processor: BLAS gets one thread. Tests write below build/: built elsewhere, they run there,
# where this folder's files are links and build is B.
run_tests = MNTK_BIN=$(if $(elsewhere),build,$(B))/bin OPENBLAS_NUM_THREADS=1 $(if $(elsewhere),build,$(B))/bin/tests-$1 \
    --xml=$(if $(elsewhere),build,$(B))/test-tmp/$1.xml $(TEST_FLAGS)
link_stand = mkdir -p $(B)/stand/results && ln -sfn "$$PWD/results/published" $(B)/stand/results && ln -sfn .. $(B)/stand/build && for file in *; do \
    case $$file in build|results) ;; *) ln -sfn "$$PWD/$$file" $(B)/stand ;; esac; done

.PHONY: test
test: $(B)/packages $(B)/bin/tests-single $(B)/bin/tests-double all ## run every test, in both precisions
	@mkdir -p $(B)/test-tmp
	@$(if $(elsewhere),$(link_stand))
	@cd $(if $(elsewhere),$(B)/stand,.) && $(call run_tests,single)
	@cd $(if $(elsewhere),$(B)/stand,.) && $(call run_tests,double)
	@tests/slowest.sh $(B)/test-tmp/single.xml $(B)/test-tmp/double.xml

include make/packages.mk make/format.mk make/figures.mk make/verify.mk make/checks.mk make/bench.mk

# --- the rest ---------------------------------------------------------------------------------------------------------
.PHONY: clean distclean
clean: ## remove what was built (results and pictures stay)
	$(if $(elsewhere),find $(B) -mindepth 1 -maxdepth 1 ! -name results ! -name plots -exec rm -rf {} +,rm -rf $(B))
distclean: ## remove also what was computed and drawn
	rm -rf $(B)
ifeq ($(elsewhere),)
	find results -mindepth 1 -maxdepth 1 ! -name published ! -name README.md -exec rm -rf {} +
	find plots -mindepth 1 -maxdepth 1 \( -type d -o -name '*.pdf' -o -name '*.svg' -o -name '*.png' \) -exec rm -rf {} +
endif

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile make/*.mk | sed 's/:.*## /\t/' | expand -t 18

print-%:
	@printf '%s\n' $(call quote,$($*))
