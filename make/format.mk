# format: one hand for every C file. Other versions of clang-format break lines elsewhere: 16 is meant.
# SPDX-License-Identifier: GPL-3.0-or-later
CLANG_FORMAT ?= clang-format-16
c_files := $(wildcard src/*/*.[ch] experiments/*.[ch] theory/*.h theory/*/*.[ch] report/*.[ch] bench/*.[ch] tests/*/*.[ch] tests/support/*/*.[ch])

.PHONY: format format-check
format: ## lay out every C file (.clang-format; needs clang-format-16)
	@$(CLANG_FORMAT) -i $(c_files)

format-check: ## say which C files are not laid out as .clang-format says
	@command -v $(CLANG_FORMAT) >/dev/null || { echo "skipped: $(CLANG_FORMAT) is not there"; exit 0; }; \
	    $(CLANG_FORMAT) --dry-run -Werror $(c_files) && echo "  FORMAT  $(words $(c_files)) files as .clang-format says"
