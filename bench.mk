# bench.mk: speed and memory, measured. Included by the Makefile.

BENCHES := step kernel scaling memory gather
bench_programs := $(foreach p,single double,$(BENCHES:%=$(B)/bench/$p/bench-%))

$(bench_programs): $(B)/bench/%: $(B)/$$(word 1,$$(subst /, ,$$*))/bench/$$(subst -,_,$$(word 2,$$(subst /, ,$$*))).o \
                                 $(B)/$$(word 1,$$(subst /, ,$$*))/bench/bench.o \
                                 $(B)/$$(word 1,$$(subst /, ,$$*))/libmntk.a | $(B)/bench/single/VERSION $(B)/bench/double/VERSION
	@$(link)

$(B)/bench/single/VERSION $(B)/bench/double/VERSION: $(B)/bin/VERSION
	@mkdir -p $(@D)
	@cmp -s $< $@ || cp $< $@

# Peak memory: every program at its own settings cut short, the experiments with two and with eight repetitions.
bench_units := $(B)/bench/memory-units
bench_memory_of = '$(B)/bin/$1 --quiet --fresh --threads $(THREADS) --data $(DATA) --out $(bench_units)/$(firstword $1).dat'
bench_memory = $(foreach r,2 8,$(call bench_memory_of,loss-dynamics --rounds 2 --repeats $r) \
                               $(call bench_memory_of,error-heatmap --subnets 10 --rounds 2 --repeats $r) \
                               $(call bench_memory_of,width-sweep --rounds 2 --repeats $r) \
                               $(call bench_memory_of,subnet-sweep --repeats $r)) \
               $(foreach p,$(THEORY),$(call bench_memory_of,$p $(bench_memory_$p)))

# What a theory program is given so that it ends soon (its memory is that of its largest matrix and width).
bench_memory_ntk-concentration := --trials 2
bench_memory_required-width := --trials 2
bench_memory_mask-moments := --trials 60
bench_memory_bernoulli-rate := --repeats 2 --masks 2
bench_memory_categorical-rate := --trials 2

pieces := $(B)/bench/step-single.dat $(B)/bench/step-double.dat $(B)/bench/scaling.dat $(B)/bench/kernel.dat $(B)/bench/memory.dat

.PHONY: bench
bench: $(bench_programs) $(TOOLS:%=$(B)/bin/%) $(THEORY:%=$(B)/bin/%) ## measure speed beside the matrix product, scaling and memory (LARGE=1: also n = 10000)
	@mkdir -p $(bench_units) results plots
	@$(B)/bench/single/bench-step --out $(word 1,$(pieces))
	@$(B)/bench/double/bench-step --out $(word 2,$(pieces))
	@$(B)/bench/single/bench-scaling --threads $(THREADS) --out $(word 3,$(pieces))
	@$(B)/bench/double/bench-kernel --threads $(THREADS) $(if $(LARGE),--large) --out $(word 4,$(pieces))
	@$(B)/bench/single/bench-memory --threads $(THREADS) --out $(word 5,$(pieces)) -- $(bench_memory)
	@$(B)/bench/single/bench-gather --threads $(THREADS) --out results/bench.dat -- $(pieces)
	@LC_ALL=C.UTF-8 gnuplot -c plots/draw.gp bench results plots && echo "bench: results/bench.dat, plots/bench.pdf"

.PHONY: bench-peer
bench-peer: $(B)/bin/loss-dynamics ## time panel 2a beside PyTorch or NumPy (DATA=file.npz; Debian: python3-torch, python3-numpy)
	@BIN=$(B)/bin THREADS=$(THREADS) bench/compare-peer.sh $(DATA)
