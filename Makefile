# Masked NTK. `make help` lists what there is to make; the parts are in make/.
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash

# --- settings a user may give -----------------------------------------------------------------------------------------
PROFILE ?= default
DATA ?= data/digits.npz
SEED ?= 1
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
ifneq ($(filter -%,$(firstword $(DATA))),)
override DATA := ./$(DATA)
endif
export DATA
ifneq ($(call no_number,$(SEED)),)
$(error SEED=$(SEED) is not a number)
endif

# Threads: one a processor, at most the 64 that Debian's OpenBLAS is built for.
ifeq ($(origin THREADS),undefined)
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
building := $(filter-out help clean distclean deps list print-%,$(goals))

# --- what there is ----------------------------------------------------------------------------------------------------
EXPERIMENTS := loss-dynamics error-heatmap width-sweep subnet-sweep
REPORTS := compare-results report
THEORY := infinite-ntk ntk-concentration required-width local-descent drift mask-moments bernoulli-rate categorical-rate error-floor statements
TOOLS := $(EXPERIMENTS) claims

# The source of program a-b is a_b.c, or main.c in the folder a_b; the other files of its folder, and of the folders in it, are
# parts shared by its programs.
main_of = $(or $(wildcard $1/$(subst -,_,$2)/main.c),$1/$(subst -,_,$2).c)
experiment_mains := $(foreach p,$(TOOLS),experiments/$(subst -,_,$p).c)
report_mains := $(foreach p,$(REPORTS),report/$(subst -,_,$p).c)
theory_mains := $(foreach p,$(THEORY),$(call main_of,theory,$p))
library := $(filter-out src/run/processor.c,$(wildcard src/run/*.c src/model/*.c src/study/*.c))
experiment_parts := $(filter-out $(experiment_mains),$(wildcard experiments/*.c))
report_parts := $(filter-out $(report_mains),$(wildcard report/*.c))
theory_parts := $(filter-out $(theory_mains),$(wildcard theory/*.c theory/*/*.c))
single_parts := $(library) $(experiment_parts) $(report_parts)
double_parts := $(single_parts) $(theory_parts)
tests := $(wildcard tests/*.c)
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

# Criterion's assertions convert int to one-bit fields.
$(B)/single/tests/%.o $(B)/double/tests/%.o: WARN += -Wno-conversion

# An archive holds what its list names: a part that is no more leaves it.
define archive_rule
$(call keep,$(B)/$1/parts,$2)
$(B)/$1/libmntk.a: $(2:%.c=$(B)/$1/%.o) $(B)/$1/parts
	@echo "  AR      $$@"
	@rm -f $$@
	@$$(AR) qcs $$@ $$(filter %.o,$$^)
endef
$(eval $(call archive_rule,single,$(single_parts)))
$(eval $(call archive_rule,double,$(double_parts)))

# In every program: asks before main whether the processor has the instruction sets of the flags file. Built without -march, so
# that every processor can run it.
instruction_sets := POPCNT|SSE3|SSSE3|SSE4_1|SSE4_2|AVX|AVX2|FMA|FMA4|XOP|BMI|BMI2|AVX512(F|CD|BW|DQ|VL|IFMA|VBMI|VBMI2|VNNI|BITALG|VPOPCNTDQ)
needed = sed -nE 's/^.define __ARM_FEATURE_(ATOMICS|SVE) 1$$/NEED_ARM(\1)/p; s/^.define __($(instruction_sets))__ 1$$/NEED_X86(\L\1)/p' $(B)/flags \
    | sed '/X86.sse4/s/_\([12]\)/.\1/' | tr '\n' ' '
$(B)/processor.o: src/run/processor.c $(B)/flags
	@echo "  CC      $<"
	@$(CC) -std=c17 -D_GNU_SOURCE -O1 -g $(WARN) -D"NEEDED=$$($(needed))" -c $< -o $@

# $(call program_rule,PROGRAM,PRECISION,MAIN WITHOUT .c)
define program_rule
$1: $(B)/$2/$3.o $(B)/processor.o $(B)/$2/libmntk.a $(B)/link-flags
	@$$(link)
endef
source_of = $(basename $(call main_of,$1,$(notdir $2)))
$(foreach p,$(TOOLS:%=$(B)/bin/%),$(eval $(call program_rule,$p,single,$(call source_of,experiments,$p))))
$(foreach p,$(REPORTS:%=$(B)/bin/%),$(eval $(call program_rule,$p,single,$(call source_of,report,$p))))
$(foreach p,$(THEORY:%=$(B)/bin/%),$(eval $(call program_rule,$p,double,$(call source_of,theory,$p))))
$(foreach p,$(double_programs),$(eval $(call program_rule,$p,double,$(call source_of,experiments,$p))))

$(B)/bin/tests-single: $(tests:%.c=$(B)/single/%.o) $(B)/processor.o $(B)/single/libmntk.a $(B)/link-flags
	@$(link) -lcriterion
$(B)/bin/tests-double: $(tests:%.c=$(B)/double/%.o) $(B)/processor.o $(B)/double/libmntk.a $(B)/link-flags
	@$(link) -lcriterion

objects := $(foreach p,single double,$(patsubst %.c,$(B)/$p/%.o,$(double_parts) $(experiment_mains) $(report_mains) \
    $(theory_mains) $(tests) $(benches)))
-include $(wildcard $(objects:.o=.d))

# The version stands beside the programs, not in them: a commit that changes no code makes no result stale.
ifneq ($(building),)
version := $(shell make/version.sh)
endif
$(foreach f,bin bin/double bench/single bench/double,$(call keep,$(B)/$f/VERSION,$(version)))

# --- tests ------------------------------------------------------------------------------------------------------------
# Criterion runs a worker per processor: BLAS gets one thread. Tests write below build/: built elsewhere, they run there,
# where this folder's files are links and build is B.
run_tests = MNTK_BIN=$(if $(elsewhere),build,$(B))/bin OPENBLAS_NUM_THREADS=1 $(if $(elsewhere),build,$(B))/bin/tests-$1 $(TEST_FLAGS)
link_stand = mkdir -p $(B)/stand && ln -sfn .. $(B)/stand/build && for file in *; do \
    case $$file in build|results) ;; *) ln -sfn "$$PWD/$$file" $(B)/stand ;; esac; done

.PHONY: test
test: $(B)/packages $(B)/bin/tests-single $(B)/bin/tests-double all ## run every test, in both precisions
	@mkdir -p $(B)/test-tmp
	@$(if $(elsewhere),$(link_stand))
	@cd $(if $(elsewhere),$(B)/stand,.) && $(call run_tests,single)
	@cd $(if $(elsewhere),$(B)/stand,.) && $(call run_tests,double)

include make/packages.mk make/figures.mk make/verify.mk make/checks.mk make/bench.mk

# --- the rest ---------------------------------------------------------------------------------------------------------
.PHONY: clean distclean
clean: ## remove what was built (results and pictures stay)
	$(if $(elsewhere),find $(B) -mindepth 1 -maxdepth 1 ! -name results ! -name plots -exec rm -rf {} +,rm -rf $(B))
distclean: ## remove also what was computed and drawn
	rm -rf $(B)
	find results -mindepth 1 -maxdepth 1 ! -name published ! -name README.md -exec rm -rf {} +
	find plots -mindepth 1 -maxdepth 1 \( -type d -o -name '*.pdf' -o -name '*.svg' -o -name '*.png' \) -exec rm -rf {} +

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile make/*.mk | sed 's/:.*## /\t/' | expand -t 18

print-%:
	@printf '%s\n' $(call quote,$($*))
