# make            build/tcptune
# make try        install what the build needs, build, look at this host
# make check      install what the tests need, build, run them all
# make install    PREFIX=/usr/local DESTDIR=; make uninstall takes it back
# make test       the tests with what is installed; make golden rewrites the expected runs
# make lab        sicknesses made in network namespaces, found and cured (as root, 4 minutes)
# make bench      what a check costs beside sysctl -a, ss and netstat (as root)
# make analyze    gcc -fanalyzer, cppcheck, clang-tidy; make valgrind; make coverage
# make fuzz       each fuzz target for FUZZ_SECONDS=60 (clang); T=NAME for one
#
# V=1 shows the commands, SAN=1 builds with ASan and UBSan into build/san,
# WERROR=1 (or CI=true) makes warnings errors.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/tcptune
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d

CFLAGS ?= $(if $(call on,$(SAN)),-O1,-O2) -g
PKG_CONFIG ?= pkg-config
LIBS := yaml-0.1 libmnl jansson smartcols
VERSION := $(shell cat VERSION)

on = $(filter 1 true yes,$(1))
Q := $(if $(call on,$(V)),,@)
say = $(if $(call on,$(V)),,@printf '  %-6s %s\n' $(1) $(2))

# ------------------------------------------------------------------ flags

# Is the flag accepted without a word by this compiler and its libc?
try = $(shell $(CC) -O2 -Werror $(1) -include string.h -x c -c -o /dev/null /dev/null \
	2>/dev/null && echo '$(1)')

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wcast-align -Wwrite-strings -Wformat=2 -Wvla -Wundef \
	-Wimplicit-fallthrough $(if $(call on,$(WERROR) $(CI)),-Werror)

ifneq ($(call on,$(FUZZ)),)
B := build/fuzz
HARDEN := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
else ifneq ($(call on,$(SAN)),)
B := build/san
HARDEN := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
else
B := build
fortify = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(1)
# Fortify is for optimised code: without -O libc only warns.
HARDEN := $(if $(filter-out -O0,$(filter -O%,$(CFLAGS))), \
	$(or $(call try,$(call fortify,3)),$(call fortify,2))) \
	$(call try,-fstack-clash-protection)
endif

# Flags of the caller come last, so that they win.
BASE := -std=c11 -D_GNU_SOURCE -DTCPTUNE_VERSION='"$(VERSION)"' -iquote advisor \
	$(WARN) -fPIE -fstack-protector-strong $(HARDEN)
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null) -lm
CHECK_CFLAGS = $(shell $(PKG_CONFIG) --cflags check)
CHECK_LIBS = $(shell $(PKG_CONFIG) --libs check)
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack $(filter -fsanitize%,$(HARDEN))
COMPILE = $(CC) $(BASE) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP

define compile
$(call say,CC,$<)
$(Q)mkdir -p $(@D)
$(Q)$(COMPILE) $(1) -o $@ $< $(2)
endef
define link
$(call say,LD,$@)
$(Q)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) -o $@ $(1)
endef

# ---------------------------------------------------------------- sources

KNOWLEDGE := $(sort $(wildcard rules/*.yaml rules/parameters/*.yaml \
	rules/counters/*.yaml rules/topics/*.yaml profiles/*.yaml))
SRC := $(sort $(wildcard advisor/*.c advisor/core/*.c advisor/sys/*.c))
UNIT := $(sort $(wildcard tests/unit/*.c))
# Of tests/fuzz these are shared; every other file there is a target with a corpus/NAME.
FUZZ_SHARED := $(patsubst %,tests/fuzz/%.c,fuzz sockets replay)
HELPER := $(filter-out $(FUZZ_SHARED),\
	$(sort $(foreach d,lab netns fuzz bench,$(wildcard tests/$(d)/*.c))))
MAN := $(sort $(wildcard advisor/*.[1-8] rules/*.[1-8] profiles/*.[1-8]))
SCHEMAS := $(sort $(wildcard advisor/schemas/*.json))

MAIN := $(B)/obj/main.o
OBJ := $(SRC:advisor/%.c=$(B)/obj/%.o) $(B)/obj/core/builtin.o
LIB := $(B)/libtcptune.a
UNITOBJ := $(UNIT:tests/%.c=$(B)/tests/%.o)
HELPERBIN := $(HELPER:tests/%.c=$(B)/tests/%)
FUZZBIN := $(filter $(B)/tests/fuzz/%,$(HELPERBIN))
# libFuzzer brings its own main().
FUZZOBJ := $(patsubst tests/%.c,$(B)/tests/%.o,$(if $(call on,$(FUZZ)), \
	$(filter-out %/replay.c,$(FUZZ_SHARED)),$(FUZZ_SHARED)))

.PHONY: all objects tests try check test golden lab lab-results bench fuzz fuzzers analyze coverage valgrind install uninstall clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $(if $(filter advisor/main.c,$(SRC)),$(B)/tcptune,objects)
objects: $(LIB)
tests: all $(HELPERBIN) $(if $(filter-out tests/unit/main.c,$(UNIT)),$(B)/tests/unit/unit)

# Two stamps, rewritten only when they differ: another compiler or flag
# rebuilds everything, a source or rule that came or went what lists them.
stamp = printf '%s\n' $(2) | cmp -s - $(1) || printf '%s\n' $(2) > $(1)
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@$(PKG_CONFIG) --exists --print-errors $(LIBS) || \
		{ echo 'tcptune: libraries are missing: "make try" installs them' >&2; exit 1; }
	@$(call stamp,$@,'$(subst ','\'',$(COMPILE) $(LINK) $(LDFLAGS) $(PKG_LIBS))')
$(B)/files: FORCE
	@mkdir -p $(@D)
	@$(call stamp,$@,$(KNOWLEDGE) $(SRC) $(UNIT))

# All but main(): a test links what it uses, and nothing else.
$(LIB): $(filter-out $(MAIN),$(OBJ)) $(B)/files
	$(Q)rm -f $@
	$(Q)$(AR) crs $@ $(filter-out $(MAIN),$(OBJ))
$(B)/tcptune: $(MAIN) $(LIB)
	$(call link,$(MAIN) $(LIB) $(PKG_LIBS))

$(B)/obj/%.o: advisor/%.c $(B)/flags
	$(call compile,-c)

EMBED := $(patsubst %,$(B)/obj/core/%.o,node node_read node_nearest arena text diag)
$(B)/embed: scripts/embed.c $(EMBED)
	$(call compile,-MF $@.d -MT $@ $(LINK) $(LDFLAGS),$(EMBED) $(PKG_LIBS))
$(B)/gen/builtin.c: $(B)/embed $(KNOWLEDGE) $(B)/files
	$(call say,EMBED,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(B)/embed $(KNOWLEDGE) > $@
$(B)/obj/core/builtin.o: $(B)/gen/builtin.c $(B)/flags
	$(call compile,-c)

# ------------------------------------------------------------------ tests

# tests/unit/check_census.c defines census_suite(); the list is made of the names.
$(B)/gen/suites.h: $(B)/files
	@mkdir -p $(@D)
	@printf 'SUITE(%s)\n' $(patsubst tests/unit/check_%.c,%,$(filter tests/unit/check_%,$(UNIT))) > $@
$(B)/tests/unit/%.o: tests/unit/%.c $(B)/flags | $(B)/gen/suites.h
	$(call compile,$(CHECK_CFLAGS) -I$(B)/gen -c)
$(B)/tests/unit/main.o: $(B)/gen/suites.h
$(B)/tests/unit/unit: $(UNITOBJ) $(LIB)
	$(call link,$(UNITOBJ) $(LIB) $(CHECK_LIBS) $(PKG_LIBS))
$(FUZZOBJ): $(B)/tests/%.o: tests/%.c $(B)/flags
	$(call compile,-c)
$(FUZZBIN): $(B)/tests/%: tests/%.c $(FUZZOBJ) $(LIB)
	$(call compile,-MF $@.d -MT $@ $(LINK) $(if $(call on,$(FUZZ)),-fsanitize=fuzzer) \
		$(LDFLAGS),$(FUZZOBJ) $(LIB) $(PKG_LIBS))
$(B)/tests/%: tests/%.c $(LIB)
	$(call compile,-MF $@.d -MT $@ $(LINK) $(LDFLAGS),$(LIB) $(PKG_LIBS))

try:
	@sh scripts/deps.sh build
	@$(MAKE) --no-print-directory all
	@$(B)/tcptune check || test $$? = 1

check:
	@sh scripts/deps.sh test
	@$(MAKE) --no-print-directory test
test: tests
	@BUILD=$(B) bash tests/run.sh $(T)
golden: all
	@BUILD=$(B) bash tests/golden.sh --update
	@BUILD=$(B) bash tests/cli/explain.sh --update
lab lab-results: all $(filter $(B)/tests/lab/%,$(HELPERBIN))
	@BUILD=$(B) bash tests/lab/lab.sh $(if $(filter lab-results,$@),--update) $(T)
bench: all $(filter $(B)/tests/bench/% $(B)/tests/lab/%,$(HELPERBIN))
	@BUILD=$(B) bash tests/bench/bench.sh $(T)
# The second make builds with clang into build/fuzz.
FUZZ_SECONDS ?= 60
fuzzers: $(FUZZBIN)
fuzz:
	@sh scripts/deps.sh fuzz
	@$(MAKE) --no-print-directory fuzzers FUZZ=1 CC=clang
	@BUILD=build/fuzz bash tests/fuzz/fuzz.sh $(FUZZ_SECONDS) $(T)
analyze:
	@sh scripts/deps.sh analyze
	@bash scripts/analyze.sh build/analyze
# Lines that the tests reach, by file; T=NAME for some of them.
coverage:
	@$(MAKE) --no-print-directory tests B=build/coverage CFLAGS='-O0 -g --coverage'
	@find build/coverage -name '*.gcda' -delete
	@CK_FORK=no BUILD=build/coverage bash tests/run.sh $(T) || :
	@bash scripts/coverage.sh build/coverage
valgrind: tests
	@sh scripts/deps.sh analyze
	@BUILD=$(B) bash scripts/valgrind.sh

# ---------------------------------------------------------------- install

man_of = $(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))
schema_of = $(DESTDIR)$(DATADIR)/schemas/$(notdir $(1))
COMPLETIONS := $(DESTDIR)$(BASHCOMPDIR)/tcptune $(DESTDIR)$(ZSHCOMPDIR)/_tcptune \
	$(DESTDIR)$(FISHCOMPDIR)/tcptune.fish
install: all
	install -d $(DESTDIR)$(BINDIR)
	install -m 755 $(B)/tcptune $(DESTDIR)$(BINDIR)/tcptune
	$(Q)set -e; $(foreach f,$(MAN),install -d $(dir $(call man_of,$(f))); \
		install -m 644 $(f) $(call man_of,$(f));)
	$(Q)set -e; $(foreach f,$(SCHEMAS),install -d $(dir $(call schema_of,$(f))); \
		install -m 644 $(f) $(call schema_of,$(f));)
	$(Q)install -d $(dir $(COMPLETIONS))
	$(Q)install -m 644 completions/tcptune.bash $(word 1,$(COMPLETIONS))
	$(Q)install -m 644 completions/_tcptune $(word 2,$(COMPLETIONS))
	$(Q)install -m 644 completions/tcptune.fish $(word 3,$(COMPLETIONS))
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/tcptune $(COMPLETIONS)
	$(Q)rm -f $(foreach f,$(MAN),$(call man_of,$(f)))
	$(Q)rm -f $(foreach f,$(SCHEMAS),$(call schema_of,$(f)))
	$(Q)rmdir $(DESTDIR)$(DATADIR)/schemas $(DESTDIR)$(DATADIR) 2>/dev/null || :

clean:
	rm -rf build

-include $(B)/embed.d $(OBJ:.o=.d) $(UNITOBJ:.o=.d) $(HELPERBIN:=.d) $(FUZZOBJ:.o=.d)
