# faults: what the programs do when things go wrong, and under the schedulers of other machines. Included at the end of
# the Makefile. The long forms of what `make test` has in short stand here.

# Preloaded before a program whose files are to fail (tests/test_faults.c).
$(B)/bin/fail_write.so: tests/preload/fail_write.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) -std=c17 -O2 -g -fPIC -shared $(WARN) $< -o $@ -ldl
test: $(B)/bin/fail_write.so

.PHONY: check-faults check-blas check-slurm check-parallel
check-faults: $(B)/bin/tests-single $(B)/bin/tests-double $(B)/bin/fail_write.so all ## kill, stop and starve every program; same bytes whatever happens
	@mkdir -p $(B)/test-tmp
	@for precision in single double; do \
	    MNTK_LONG=1 MNTK_BIN=$(B)/bin OPENBLAS_NUM_THREADS=1 $(B)/bin/tests-$$precision \
	        --filter '@(faults*|same_*|progress|sweep_failures)/*' || exit 1; \
	done

check-blas: all ## every program refuses the builds of OpenBLAS that compute wrongly
	@tests/serial-blas.sh $(B)/serial-blas $(EXPERIMENTS:%=$(B)/bin/%) $(patsubst %,$(B)/bin/%,$(filter-out statements,$(THEORY))) $(double_programs)

check-slurm: $(B)/bin/error-heatmap ## the heat map as a Slurm job array on this machine, one task requeued
	@tests/slurm.sh $(B)/slurm $(B)/bin

check-parallel: $(B)/bin/error-heatmap ## the heat map in shares under GNU parallel, one killed
	@tests/gnu-parallel.sh $(B)/parallel $(B)/bin
