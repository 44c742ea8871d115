# bench: speed and memory, measured.
# SPDX-License-Identifier: GPL-3.0-or-later

BENCHES := step kernel scaling memory gather
bench_programs := $(foreach p,single double,$(BENCHES:%=$(B)/bench/$p/bench-%))

define bench_rule
$(B)/bench/$1/bench-$2: $(B)/$1/bench/bench_$2.o $(B)/$1/bench/bench.o $(B)/processor.o $(call archives,$1) $(B)/link-flags
	@$$(link)
endef
$(foreach p,single double,$(foreach b,$(BENCHES),$(eval $(call bench_rule,$p,$b))))

# Peak memory: every program at its own settings cut short, the experiments with two and with eight repetitions.
bench_units := $(B)/bench/memory-units
# A link to the data set: bench-memory takes a command apart at its blanks.
bench_data := $(B)/bench/data.npz
bench_memory_of = '$(B)/bin/$1 --quiet --fresh --threads $(THREADS) --data $(bench_data) --out $(bench_units)/$(firstword $1).dat'
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
bench_memory_advise := --repeats 2 --rounds 2
bench_memory_error-floor := --repeats 2 --runs 1

pieces := $(B)/bench/step-single.dat $(B)/bench/step-double.dat $(B)/bench/scaling.dat $(B)/bench/kernel.dat $(B)/bench/memory.dat

.PHONY: bench
bench: $(bench_programs) $(TOOLS:%=$(B)/bin/%) $(THEORY:%=$(B)/bin/%) $(data_file) ## measure speed beside the matrix product, scaling and memory (LARGE=1: also n = 10000)
	@mkdir -p $(bench_units) $R $P
	@ln -sfn "$$(realpath -- "$$DATA")" $(bench_data)
	@$(B)/bench/single/bench-step --out $(word 1,$(pieces))
	@$(B)/bench/double/bench-step --out $(word 2,$(pieces))
	@$(B)/bench/single/bench-scaling --threads $(THREADS) --out $(word 3,$(pieces))
	@$(B)/bench/double/bench-kernel --threads $(THREADS) $(if $(LARGE),--large) --out $(word 4,$(pieces))
	@$(B)/bench/single/bench-memory --threads $(THREADS) --out $(word 5,$(pieces)) -- $(bench_memory)
	@$(B)/bench/single/bench-gather --threads $(THREADS) --out $R/bench.dat -- $(pieces)
	@$(gnuplot) bench $R $P && echo "bench: $R/bench.dat, $P/bench.pdf"

.PHONY: bench-peer
bench-peer: $(B)/bin/loss-dynamics $(data_file) ## time panel 2a beside PyTorch or NumPy (DATA=file.npz; Debian: python3-torch, python3-numpy)
	@BIN=$(B)/bin THREADS=$(THREADS) bench/compare-peer.sh "$$DATA"
