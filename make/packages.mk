# packages: the Debian packages that building, drawing and testing need (make/deps.sh), man pages, and `make install`.
# SPDX-License-Identifier: GPL-3.0-or-later

.PHONY: deps
deps: ## install the Debian packages that are missing (or say how)
	@make/deps.sh

# Asked for once in a build folder: the test target's first step, since a test may need more than the build did.
$(B)/packages: make/deps.sh
	@make/deps.sh && mkdir -p $(@D) && touch $@
ifneq ($(filter test,$(goals)),)
$(objects): | $(B)/packages
endif

# --- man pages --------------------------------------------------------------------------------
# One a program, of its section in doc/programs.md.
man_pages := $(programs:$(B)/bin/%=$(B)/man/%.1)
$(man_pages): $(B)/man/%.1: make/man.sh doc/programs.md CITATION.cff
	@mkdir -p $(@D)
	@make/man.sh $* doc/programs.md >$@

.PHONY: man check-man
man: ## man pages of all programs, by pandoc (build/man); make install installs them
	@make/deps.sh report
	@$(MAKE) --no-print-directory $(man_pages)
check-man: all man ## man pages have every option, and man and mandoc read them without a warning
	@tests/man_pages.sh $(B)/bin $(man_pages)

# --- installing -------------------------------------------------------------------------------------------------------
# Programs find the data set and their version in the share folder beside their bin folder.
PREFIX ?= /usr/local
DESTDIR ?=
installed_bin = $(call quote,$(DESTDIR)$(PREFIX)/bin)
installed_double = $(call quote,$(DESTDIR)$(PREFIX)/lib/masked-ntk/double)
installed_man = $(call quote,$(DESTDIR)$(PREFIX)/share/man/man1)
installed_share = $(call quote,$(DESTDIR)$(PREFIX)/share/masked-ntk)

.PHONY: install uninstall
install: all ## install programs, data set and drawings below PREFIX=/usr/local (DESTDIR= for packagers)
	@mkdir -p $(installed_bin) $(installed_double) $(installed_share)/data $(installed_share)/plots
	@install -m 0755 $(programs) $(installed_bin)
	@install -m 0755 $(double_programs) $(installed_double)
	@install -m 0644 data/digits.npz $(installed_share)/data
	@install -m 0644 $(wildcard plots/*.gp) $(installed_share)/plots
	@install -m 0644 $(B)/bin/VERSION $(installed_share)
	@if command -v pandoc >/dev/null; then \
	    mkdir -p $(installed_man) && $(MAKE) -s man && install -m 0644 $(man_pages) $(installed_man); \
	    else echo 'install: no man pages, which pandoc makes (make man)'; fi
	@echo "installed $(words $(programs)) programs in "$(installed_bin)

uninstall: ## remove what make install installed (same PREFIX and DESTDIR)
	@cd $(installed_bin) && rm -f $(notdir $(programs))
	@rm -f $(foreach p,$(notdir $(man_pages)),$(installed_man)/$p)
	@rm -rf $(installed_share) $(call quote,$(DESTDIR)$(PREFIX)/lib/masked-ntk)
