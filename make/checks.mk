# checks: what looks for faults rather than results. `make check-deps` installs what these need
# beyond building. Most build in a folder of their own under $(B), so that none disturbs another.
# SPDX-License-Identifier: GPL-3.0-or-later

.PHONY: check-deps
check-deps: ## install the packages that the checks need
	@make/deps.sh checks

# Another kind of build of this Makefile's own targets: +$(call variant,FOLDER,FLAGS) TARGETS, where
# the + lets it share make's -j.
variant = $(MAKE) --no-print-directory B=$(B)/$1 EXTRA_CFLAGS="$2"

# --- documents ------------------------------------------------------------------------------------
.PHONY: check-documents
check-documents: ## anchors, links, targets and documents that are named are there (builds nothing)
	@tests/documents.sh

.PHONY: check-commands
check-commands: all $(B)/bin/tests-double $(B)/packages ## type the commands of README and doc/
	@tests/documents_commands.sh $(B)/check-commands

# --- other users and machines ---------------------------------------------------------------------
.PHONY: check-user check-fresh
check-user: ## build, test and draw as a user without a home folder, from a source that is only read
	@make/deps.sh report
	@tests/ordinary_user.sh

RELEASES ?= bookworm trixie
check-fresh: ## the README's two commands on bare Debian (as root; SETTINGS=PROFILE=quick)
	@SETTINGS='$(SETTINGS)' tests/fresh_machine.sh $(B)/fresh $(RELEASES)

# --- sanitizers -----------------------------------------------------------------------------------
# float-cast-overflow, of which `undefined` has nothing: what a number beyond an integer's range becomes is the
# processor's choice.
sanitizers := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined,float-cast-overflow \
    -fno-sanitize-recover=all

.PHONY: check-sanitize
check-sanitize: ## run the tests under the address and undefined-behaviour sanitizers
	@+LSAN_OPTIONS=suppressions=\""$$PWD"/tests/support/sanitize.supp\":print_suppressions=0 \
	    $(call variant,sanitize,$(sanitizers)) test

# --- fuzzing --------------------------------------------------------------------------------------
# Seconds for each harness. What it finds on the way to new code stays in $(B)/fuzz/corpus, which
# the next run begins with; tests/fuzz/corpus has the seeds of tests/fuzz/seeds.c and the inputs
# that earlier faults were found with.
FUZZ_SECONDS ?= 20
fuzzers := npz unit table
fuzz_flags := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
    -fno-sanitize-recover=all
fuzz_build = $(call variant,fuzz,$(fuzz_flags)) CC=clang WARN=
fuzz_link = echo "  LD      $@"; \
    clang -std=c17 -D_GNU_SOURCE -Wall -Wextra -g $(all_cppflags) $1 $^ -o $@ $(LIBS)

fuzz_archives := $(patsubst $(B)/%,$(B)/fuzz/%,$(call archives,single))
.PHONY: $(fuzz_archives)
$(fuzz_archives) &: | check-deps
	@+$(fuzz_build) $(fuzz_archives)
$(fuzzers:%=$(B)/fuzz/%): $(B)/fuzz/%: tests/fuzz/%_fuzz.c $(fuzz_archives)
	@$(call fuzz_link,$(fuzz_flags) -fsanitize=fuzzer)
$(B)/fuzz/seeds: tests/fuzz/seeds.c $(fuzz_archives)
	@$(call fuzz_link,$(fuzz_flags))

.PHONY: check-fuzz $(fuzzers:%=check-fuzz-%)
check-fuzz: $(fuzzers:%=check-fuzz-%) ## fuzz the readers of files (FUZZ_SECONDS=20 each)
$(fuzzers:%=check-fuzz-%): check-fuzz-%: $(B)/fuzz/%
	@mkdir -p $(B)/fuzz/corpus/$* $(B)/fuzz/found
	@$< -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -timeout=20 -rss_limit_mb=4096 \
	    -print_final_stats=1 -artifact_prefix=$(B)/fuzz/found/$*- \
	    $(B)/fuzz/corpus/$* tests/fuzz/corpus/$* 2>$(B)/fuzz/$*.log \
	    && LC_ALL=C awk '/number_of_executed_units/ { n = $$2 } \
	            /DONE/ { c = $$0; sub(/.*cov: /, "", c); sub(/ .*/, "", c) } \
	            END { printf "  FUZZ    $*: %d inputs, %s edges, nothing found\n", n, c }' \
	            $(B)/fuzz/$*.log \
	    || { tail -n 40 $(B)/fuzz/$*.log; \
	         echo "check-fuzz: $* failed; log $(B)/fuzz/$*.log, input in $(B)/fuzz/found"; exit 1; }

.PHONY: fuzz-seeds
fuzz-seeds: $(B)/fuzz/seeds
	@$< tests/fuzz/corpus

# --- small runs of every program ------------------------------------------------------------------
# One a line: program and options; @ is the folder of the results. A program that is not built is
# left out.
define small_runs
loss-dynamics --samples 20 --width 8 --subnets 2 --rounds 2 --repeats 2
error-heatmap --samples 20 --width 8 --subnets 1,3 --xi 0.5,1 --rounds 3 --repeats 2
width-sweep --samples 20 --width 4,8 --subnets 2 --rounds 3 --repeats 2
subnet-sweep --samples 20 --width 8 --subnets 1,2 --repeats 2
claims --loss @/loss-dynamics.runs.dat --heatmap @/error-heatmap.runs.dat \
    --width @/width-sweep.runs.dat
infinite-ntk --samples 10 --entries 20 --networks 2 --widths 16,32
ntk-concentration --samples 8 --widths 64,128 --trials 3 --masks 2 --xi 0.5 --subnets 2
required-width --sizes 4,6 --trials 3 --masks 2 --xi 0.5 --limit 4096
local-descent --samples 8 --width 16 --subnets 2 --rounds 2 --repeats 2 --wide-trials 2 \
    --wide-width 64 --wide-samples 3
drift --samples 8 --width 16 --subnets 2 --rounds 2 --repeats 2 --wide-trials 2 \
    --wide-width 64 --wide-samples 3
mask-moments --samples 6 --width 16 --subnets 2 --trials 16 --rounds 2
bernoulli-rate --samples 6 --width 16 --subnets 2 --repeats 2 --folds 1 --masks 2 \
    --along-width 8,16 --along-xi 0.5 \
    --along-subnets 2 --along-kappa 0.1 --along-local-steps 2 --along-dropout 0.5 \
    --along-small-xi 0.1 --curve-widths 8,16 \
    --curve-rounds 4
categorical-rate --samples 6 --width 16 --subnets 1,2 --trials 2 --rounds 2 \
    --event-width 64 --event-samples 3 \
    --event-rounds 2 --event-subnets 1,2
advise --samples 12 --width 30 --rounds 5 --repeats 2 --run-samples 8 --trials 10
error-floor --samples 6 --width 16 --subnets 1,2 --xi 0.5 --rounds 4 --repeats 2 --paths 2 --runs 1
statements --results @
report --results @
endef
export small_runs

# $(call run_small,KIND,THREADS,COMMAND): every line as COMMAND program options; stops at the first
# that fails or says a word. At sizes this small a statement may be refuted (exit 3); that is not
# what is looked for here.
define run_small
folder=$(B)/$1/results; rm -rf $$folder; mkdir -p $$folder; \
printf '%s\n' "$$small_runs" | while read program options; do \
    [ -x $(B)/$1/bin/$$program ] || continue; \
    echo "  RUN     $$program ($1)"; \
    said=$$($3 $(B)/$1/bin/$$program $${options//@/$$folder} --threads $2 --quiet \
        --out $$folder/$$program.dat 2>&1); \
    code=$$?; \
    [ $$code = 0 -o $$code = 3 ] && [ -z "$$said" ] && continue; \
    echo "$$said"; echo "$@: $$program $$options: exit $$code"; exit 1; \
done
endef

# --- the manual -----------------------------------------------------------------------------------
# Options and columns in doc/programs.md are what the programs say of themselves.
.PHONY: manual check-manual
manual: $(B)/manual/programs.md ## write options and columns anew into doc/programs.md
	@cmp -s $< doc/programs.md || cp $< doc/programs.md
check-manual: $(B)/manual/programs.md ## options and columns in the manual are the programs'
	@cmp $< doc/programs.md || { echo "check-manual: doc/programs.md is old; make manual"; exit 1; }
$(B)/manual/programs.md: $(programs) make/manual.sh doc/programs.md
	@mkdir -p $(B)/manual && ln -sfn ../bin $(B)/manual/bin
	@$(call run_small,manual,1,) >/dev/null
	@make/manual.sh $(B)/bin $(B)/manual/results doc/programs.md >$@

# --- threads --------------------------------------------------------------------------------------
# GCC's thread sanitizer does not see the barriers of libgomp, so that every parallel region looks
# like a race. Clang with LLVM's OpenMP and its tool Archer tells the sanitizer of them, and does
# find a race that is one (a critical section of sweep.c taken away: reported in every run). BLAS is
# not instrumented: its threads are OpenBLAS's own business, and each of ours calls it on one
# thread.
archer = /usr/lib/llvm-$(shell clang -dumpversion | cut -d. -f1)/lib/libarcher.so

.PHONY: check-threads
check-threads: | check-deps ## look for data races in small runs of every program (thread sanitizer)
	@+$(call variant,threads,-O1 -fsanitize=thread) CC=clang WARN= all
	@$(call run_small,threads,4,\
	    env OMP_TOOL_LIBRARIES=$(archer) TSAN_OPTIONS=ignore_noninstrumented_modules=1)

# --- memory ---------------------------------------------------------------------------------------
# valgrind sees what the sanitizers do not: values that were never set. It knows no AVX-512, hence
# the older processor. (Its pipes for gdb, --vgdb, cannot be removed by a test that becomes another
# user.)
valgrind := valgrind --quiet --vgdb=no --error-exitcode=9 --leak-check=full \
    --show-leak-kinds=definite --errors-for-leak-kinds=definite
# The suites that read and write files, and those of what a step of training touches: a test takes
# seconds here. (Others need a long double of 80 bits, of which valgrind has 64.)
valgrind_files := file|npy|npy_header|dataset_refusals|table|unit|verdict|sweep
valgrind_suites := $(valgrind_files)|gram|sign_sums|batch|mask|layer|network|trajectory|train

.PHONY: check-valgrind valgrind-programs valgrind-tests
check-valgrind: | check-deps ## a part of the tests, small runs of every program, under valgrind
	@+$(call variant,valgrind,-O1) ARCH=x86-64-v3 all $(B)/valgrind/bin/tests-single
	@$(MAKE) --no-print-directory valgrind-programs valgrind-tests
valgrind-programs:
	@$(call run_small,valgrind,2,$(valgrind))
valgrind-tests:
	@rm -f $(B)/valgrind/log.*
	@CRITERION_NO_EARLY_EXIT=1 OPENBLAS_NUM_THREADS=1 \
	    $(valgrind) --trace-children=yes --log-file=$(B)/valgrind/log.%p \
	    $(B)/valgrind/bin/tests-single --timeout 600 --filter '@($(valgrind_suites))/*'; code=$$?; \
	    cat $(B)/valgrind/log.* >$(B)/valgrind/found; \
	    [ $$code = 0 ] && [ ! -s $(B)/valgrind/found ] || { cat $(B)/valgrind/found; exit 1; }

# --- coverage -------------------------------------------------------------------------------------
# A line counts as covered if a test or a program that a test runs came to it, in either precision.
# Some tests run a program as another user, who has to write counts too, or forbid it to write
# files; what it then says of its counts is not for them to hear.
COVERAGE ?= 90
coverage_build = $(call variant,coverage,-O0 --coverage -fprofile-update=atomic)

.PHONY: coverage
coverage: ## lines of the library that the tests reach (fails below COVERAGE=90 percent)
	@+$(coverage_build) all $(B)/coverage/bin/tests-single $(B)/coverage/bin/tests-double
	@find $(B)/coverage -name '*.gcda' -delete
	@chmod -R a+rwX $(B)/coverage
	@+umask 0; GCOV_ERROR_FILE=/dev/null $(coverage_build) test
	@gcov --stdout $$(find $(B)/coverage/*/src -name '*.gcda') 2>/dev/null \
	    | LC_ALL=C awk -F: -v least=$(COVERAGE) -f tests/support/coverage.awk

# --- what programs do when things go wrong, and under schedulers ----------------------------------
# The long forms of what `make test` has in short.

# Preloaded before a program whose files are to fail (tests/program/test_faults.c).
$(B)/bin/fail_write.so: tests/support/preload/fail_write.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) -std=c17 -O2 -g -fPIC -shared $(WARN) $(LDFLAGS) $< -o $@ -ldl
test: $(B)/bin/fail_write.so

.PHONY: check-faults check-blas check-slurm check-parallel
check-faults: $(B)/bin/tests-single $(B)/bin/tests-double $(B)/bin/fail_write.so all
check-faults: ## kill, stop and starve every program; same bytes whatever happens
	@mkdir -p $(B)/test-tmp
	@for precision in single double; do \
	    MNTK_LONG=1 MNTK_BIN=$(B)/bin OPENBLAS_NUM_THREADS=1 $(B)/bin/tests-$$precision \
	        --filter '@(faults*|same_*|progress|sweep_failures)/*' || exit 1; \
	done

check-blas: all ## every program refuses the builds of OpenBLAS that compute wrongly
	@tests/serial-blas.sh $(B)/serial-blas $(EXPERIMENTS:%=$(B)/bin/%) \
	    $(patsubst %,$(B)/bin/%,$(filter-out statements,$(THEORY))) $(double_programs)

check-slurm: $(B)/bin/error-heatmap ## the heat map as a Slurm job array, one task requeued
	@tests/slurm.sh $(B)/slurm $(B)/bin

check-parallel: $(B)/bin/error-heatmap ## the heat map in shares under GNU parallel, one killed
	@tests/gnu-parallel.sh $(B)/parallel $(B)/bin

.PHONY: check-tables
check-tables: all ## every table of a tiny run, read by numpy and pandas as the README says
	@B=$(B) tests/tables_python.sh $(B)/tables-python

.PHONY: check-steps
check-steps: $(B)/bin/loss-dynamics $(B)/bin/double/loss-dynamics
check-steps: ## steps on part of the rows, and rows held out, against numpy
	@B=$(B) tests/steps_python.sh $(B)/steps-python

.PHONY: check-data
check-data: all ## figures, claims, theory and report, tiny, on data of many shapes
	@tests/data_shapes.sh $(B)/data-shapes

# --- make itself, and names -----------------------------------------------------------------------
.PHONY: check-make check-names
check-make: all $(B)/packages ## what is lost is made again; versions, installing, cleaning
	@tests/make_rules.sh $(B)/check-make

check-names: all $(B)/packages ## checkouts, data sets and results in folders of any name
	@tests/names.sh $(B)/check-names

# --- other processors and compilers ---------------------------------------------------------------
# All that this machine can run, unless VARIANTS names some of those that the script lists.
.PHONY: check-arch
check-arch: ## build and test for other processors and by other compilers (VARIANTS=...)
	@tests/other_processors.sh $(B)/arch $(VARIANTS)
