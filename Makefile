# Orchard: `make help` lists the goals.
#
# PGXS is included only in the inner run that the goals of build and installation start: it
# defines a stub `check` and cannot be read where PostgreSQL is not installed yet.

EXTENSION = orchard
MODULE_big = orchard
# The one place for the version is the control file.
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" orchard.control)

# Rooms of sql/ in the order of the script; a room without a file is skipped.
SQL_ROOMS = schema version stat stat_pair window window_extreme window_real window_pair window_order window_time window_integer window_rolling \
	window_check training_set leak describe data_digest metric prep_transform prep_recipe model_type model_fit model_predict model_explain model_registry model_train
SQL_FILES := $(wildcard $(SQL_ROOMS:%=sql/%.sql))

KERNEL_SRCS := $(sort $(wildcard src/kernel/*/*.c))
GLUE_SRCS := $(sort $(wildcard src/pg/*.c))
KERNEL_OBJS = $(KERNEL_SRCS:.c=.o)
GLUE_OBJS = $(GLUE_SRCS:.c=.o)
OBJS = $(KERNEL_OBJS) $(GLUE_OBJS)
DATA_built = $(EXTENSION)--$(EXTVERSION).sql
DATA = $(wildcard sql/$(EXTENSION)--*--*.sql)

PG_CONFIG = pg_config
# -Werror in CI and lint: a newer compiler's warning is no reason not to build.
WERROR ?=
# PGXS has COPT for further flags, as of the sanitizers.
COPT =
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wdeclaration-after-statement -Wvla $(WERROR)
STRICT_C = -std=c11 -Isrc -ffp-contract=off -MMD -MP
# The kernel sees libc and libm only: no include path of PostgreSQL.
KERNEL_CFLAGS = $(STRICT_C) -D_POSIX_C_SOURCE=200809L -fPIC -g -O2 $(WARNINGS) -fvisibility=hidden $(COPT)
LIBRARIES = -lm -pthread

ifdef WITH_PGXS

PG_CPPFLAGS = -Isrc -MMD -MP -DPGDLLEXPORT='__attribute__((visibility("default")))' \
	-DORCHARD_VERSION='"$(EXTVERSION)"'
# Unused parameters are fmgr's convention, and PostgreSQL's macros mix signs.
PG_CFLAGS = -std=gnu11 $(WARNINGS) -Wno-unused-parameter -Wno-sign-compare \
	-ffp-contract=off -fvisibility=hidden
SHLIB_LINK = $(LIBRARIES)
# No bitcode for the JIT: it could inline none of this code (the kernel stands behind function
# pointers and static state), and PGXS compiles bitcode without PG_CFLAGS, so an inlined copy
# could contract floating point and give other bits.
override with_llvm := no

REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
# pg_regress looks into its output directory first, and sql/ of this one is not its own.
REGRESS_OPTS = --inputdir=test --outputdir=build/installcheck
REGRESS_PREP = build/installcheck/expected
ISOLATION = $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation
ifeq ($(ISOLATION),)
undefine ISOLATION
endif

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq ($(wildcard $(PGXS)),)
$(error $(PG_CONFIG) names no PGXS: run "make deps", or say where PostgreSQL is with PG_CONFIG=...)
endif
include $(PGXS)

# PostgreSQL's headers are not ours to warn about.
override CPPFLAGS := $(patsubst -I$(includedir_server),-isystem $(includedir_server), \
	$(patsubst -I$(includedir_internal),-isystem $(includedir_internal),$(CPPFLAGS)))
# PostgreSQL was configured for gcc; clang knows some of those flags only by name.
ifneq ($(findstring clang,$(CC)),)
override CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument
endif

$(KERNEL_OBJS): src/kernel/%.o: src/kernel/%.c
	$(CC) $(KERNEL_CFLAGS) -c -o $@ $<

$(OBJS): Makefile
-include $(OBJS:.o=.d)

# The list of files is a prerequisite too: a new room must rebuild the script.
$(DATA_built): $(SQL_FILES) Makefile orchard.control
	{ printf '%s\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit'; \
	  cat $(SQL_FILES); } > $@

build/installcheck/expected:
	mkdir -p $(@D)
	ln -s $(CURDIR)/expected $@

else

.NOTPARALLEL:
.PHONY: all install uninstall installcheck demo check unit fuzz mutants bench lint format coverage \
	valgrind sanitize smith deps clean help test-programs

all:            ## build the library and the SQL script (default)
install:        ## install into the PostgreSQL of PG_CONFIG
uninstall:      ## remove it from there
installcheck:   ## pg_regress and isolation tests on the running server
all install uninstall installcheck:
	@$(MAKE) --no-print-directory WITH_PGXS=1 $@

demo: demo-deps ## 336,776 real flights: features, a model, scores
	@$(MAKE) -s --no-print-directory all
	@SERVER=demo test/server.sh run sh test/demo/run.sh

check: check-deps ## every test, on a throwaway server that touches no other
	@MAKE='$(MAKE)' PG_CONFIG='$(PG_CONFIG)' perl test/check.pl all

unit:           ## kernel tests under the address and undefined-behaviour sanitizers
	@MAKE='$(MAKE)' perl test/check.pl unit

fuzz:           ## long fuzz run; FUZZ_ARGS are given to each program
	@$(MAKE) --no-print-directory $(FUZZ_PROGRAMS)
	@for program in $(FUZZ_PROGRAMS); do $$program $(FUZZ_ARGS) || exit 1; done

mutants:        ## break the kernel on purpose: the unit tests must notice
	@MAKE='$(MAKE)' perl test/mutants/run.pl

bench:          ## ratios against PostgreSQL and the peers (by hand, takes long)
	@for script in $(sort $(wildcard test/bench/*.sh)); do echo "== $$script"; sh $$script || exit 1; done

lint: export WERROR = -Werror
lint: lint-deps ## the wall, the rooms, the format and two analysers
	@MAKE='$(MAKE)' PG_CONFIG='$(PG_CONFIG)' KERNEL_CFLAGS='$(KERNEL_CFLAGS)' perl test/lint.pl

format:         ## apply .clang-format to the tree
	clang-format -i $(C_FILES)

coverage:       ## line coverage of the kernel by the unit tests
	@MAKE='$(MAKE)' perl test/check.pl coverage

valgrind: valgrind-deps ## the unit tests, and a server that runs the regression tests, under Valgrind
	@MAKE='$(MAKE)' PG_CONFIG='$(PG_CONFIG)' perl test/check.pl valgrind

sanitize: check-deps ## the regression tests on a server with the sanitizers in Orchard's library
	@MAKE='$(MAKE)' PG_CONFIG='$(PG_CONFIG)' perl test/check.pl sanitize

smith: smith-deps ## 20,000 random queries of sqlsmith as a role without rights; SMITH_QUERIES, SMITH_SEED
	@MAKE='$(MAKE)' PG_CONFIG='$(PG_CONFIG)' perl test/check.pl smith

deps: check-deps lint-deps demo-deps ## install what is missing (Debian, as root or with sudo)
%-deps:
	@PG_CONFIG='$(PG_CONFIG)' test/deps.sh $*

clean:          ## remove everything that was built
	@test/server.sh stop
	rm -rf build results output_iso tmp_check regression.diffs regression.out orchard.so orchard--*.sql
	find src -name '*.[od]' -delete

help:           ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

C_FILES = $(sort $(wildcard src/*/*.[ch] src/*/*/*.[ch] test/unit/*.[ch] test/fuzz/*.[ch]))

# Test programs: one build of the kernel for each variant, linked alone, without PostgreSQL.
TEST_SRCS := $(sort $(wildcard test/unit/test_*.c))
FUZZ_SRCS := $(sort $(wildcard test/fuzz/fuzz_*.c))
ASAN_FLAGS = -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
VALGRIND_FLAGS = -O1 -Wno-maybe-uninitialized
COVERAGE_FLAGS = -O0 --coverage
UNIT_PROGRAMS = $(TEST_SRCS:%.c=build/asan/%)
FUZZ_PROGRAMS = $(FUZZ_SRCS:%.c=build/asan/%)

# $(call variant,directory,flags)
define variant
build/$(1)/src/kernel/%.o: src/kernel/%.c Makefile
	@mkdir -p $$(@D)
	$$(CC) $$(KERNEL_CFLAGS) $(2) -c -o $$@ $$<
build/$(1)/kernel.a: $$(KERNEL_SRCS:%.c=build/$(1)/%.o)
	@rm -f $$@
	ar rcs $$@ $$^
build/$(1)/test/%.o: test/%.c Makefile
	@mkdir -p $$(@D)
	$$(CC) $$(KERNEL_CFLAGS) -D_XOPEN_SOURCE=700 $(2) -c -o $$@ $$<
build/$(1)/test/%: build/$(1)/test/%.o build/$(1)/kernel.a
	$$(CC) $(2) -o $$@ $$< build/$(1)/kernel.a $$(LIBRARIES)
-include $$(KERNEL_SRCS:%.c=build/$(1)/%.d) $$(TEST_SRCS:%.c=build/$(1)/%.d) \
	$$(FUZZ_SRCS:%.c=build/$(1)/%.d)
endef
$(eval $(call variant,asan,$$(ASAN_FLAGS)))
$(eval $(call variant,valgrind,$$(VALGRIND_FLAGS)))
$(eval $(call variant,coverage,$$(COVERAGE_FLAGS)))
.SECONDARY:

test-programs: $(UNIT_PROGRAMS) $(FUZZ_PROGRAMS)
unit-programs: $(UNIT_PROGRAMS)
valgrind-programs: $(TEST_SRCS:%.c=build/valgrind/%)
coverage-programs: $(TEST_SRCS:%.c=build/coverage/%)

endif
