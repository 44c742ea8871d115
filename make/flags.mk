# flags: the compiler, what it is told, and the files that make objects and programs follow a change of it.
# CC, CFLAGS, CPPFLAGS, LDFLAGS, LDLIBS and AR are the user's, as everywhere; what the source needs is added to them.
# SPDX-License-Identifier: GPL-3.0-or-later

ifeq ($(origin CC),default)
CC := gcc
endif
ARCH ?= native
# Functions begin where a cache line does: how fast a kernel is should not hang on what is linked before it.
OPTIMIZE := -O3 -falign-functions=64
CFLAGS ?= $(OPTIMIZE) -g -march=$(ARCH)
WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wvla -Wno-missing-field-initializers -Wno-enum-float-conversion

# The checkout's own path, which may be any text, is left to the shell: it stands in no file that is built, or only as ".".
needed_cflags = -std=c17 -D_GNU_SOURCE -fopenmp -ffp-contract=fast -ffile-prefix-map="$$PWD"=. $(WARN)
all_cflags = $(needed_cflags) $(CFLAGS) $(EXTRA_CFLAGS)
all_cppflags = -Isrc -I. -DBUILD_FLAGS='"$(subst ",,$(subst ',,$(strip $(CFLAGS) $(EXTRA_CFLAGS))))"' $(CPPFLAGS)
LIBS := -llapacke -lopenblas -lgsl -lzip -lmd -larpack -lm

compile = $(CC) $(all_cflags) $(all_cppflags) -MMD -MP -c $< -o $@
link = echo "  LD      $@"; mkdir -p $(@D); $(CC) $(all_cflags) $(LDFLAGS) $(filter %.o %.a,$^) -o $@ $(LIBS) $(LDLIBS)

# Written when the Makefile is read, and only if the flags have changed or what the compiler makes of them: -march=native is other
# instructions on another processor. The compiler's predefined macros tell them, and its version.
ifneq ($(building),)
$(shell mkdir -p $(B); { printf '%s\n' $(call quote,$(CC) $(all_cflags) $(all_cppflags)); \
    $(CC) $(all_cflags) -dM -E -x c /dev/null | LC_ALL=C sort; } >$(B)/flags.new; \
    cmp -s $(B)/flags.new $(B)/flags && rm $(B)/flags.new || mv $(B)/flags.new $(B)/flags)
endif
$(call keep,$(B)/link-flags,$(CC) $(all_cflags) $(LDFLAGS) $(LIBS) $(LDLIBS))
