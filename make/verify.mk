# verify: do these results say the same as the published ones? results/published/README.md.
# SPDX-License-Identifier: GPL-3.0-or-later
published := results/published/$(PROFILE)

# Published tables are of the embedded data.
.PHONY: published-there
published-there:
	@[ -z "$(LR)" ] || { echo "make: published results are at the learning rates of $(PROFILE), not at LR=$(LR)"; exit 2; }
	@[ -z "$(data_tag)" ] || { echo "make: published results are of data/digits.npz, not of $$DATA"; exit 2; }
	@[ -s $(published)/ORIGIN ] || { echo "make: there is no $(published); make publish PROFILE=$(PROFILE) makes it from a finished run"; exit 2; }

# Looked at first: nothing is run for a comparison that cannot be made.
ifneq ($(filter verify,$(goals)),)
$(programs): | published-there
endif

.PHONY: statements
statements: $(theory_rows) $(B)/bin/statements
	@$(B)/bin/statements --quiet --results $R --out $R/statements.dat; code=$$?; [ $$code = 0 ] || [ $$code = 3 ]

# What is published beside the panels' and the statements' tables is made here too.
also_published := $(patsubst $(published)/%,$R/%,$(wildcard $(told_tables:%=$(published)/%.dat))) \
    $(if $(wildcard $(published)/advise.dat),$R/advise.dat)

.PHONY: verify
verify: $(tables) $(also_published) $R/claims.dat statements $(B)/bin/compare-results ## compare results with the published ones; runs what is missing first (PROFILE, SEED)
	@$(B)/bin/compare-results $(published) $R

.PHONY: publish
publish: ## copy a finished run's tables to results/published/PROFILE, with their commit
	@report/publish.sh $R $(published)

.PHONY: findings
findings: ## write doc/findings.md from the published tables
	@make/findings.sh >$(B)/findings.md && mv $(B)/findings.md doc/findings.md

# The README's pictures, from the published default tables.
readme_figures := error-heatmap required-width
.PHONY: readme-pictures
readme-pictures: ## draw the README's pictures from the published default tables: doc/*.png
	@mkdir -p doc $(B)/readme
	@for figure in $(readme_figures); do \
	    $(gnuplot) $$figure results/published/default $(B)/readme && \
	    cp $(B)/readme/$$figure.png doc && echo "  DRAW    doc/$$figure.png" || exit 1; \
	done

.PHONY: check-verify
check-verify: all ## 20 seeds: false alarms of compare-results as stated; planted changes are found
	@rm -rf $(B)/verify
	@OPENBLAS_NUM_THREADS=1 tests/verify_seeds.sh $(B)/bin $(B)/verify
