# check_smtp_auth.  GNU make; "make help" lists the targets.
#
# Yours to set, on the command line or in the environment:
#   CC CFLAGS CPPFLAGS LDFLAGS LDLIBS PKG_CONFIG   as usual
#   PREFIX DESTDIR PLUGINDIR MANDIR                where "make install" puts it
#   BASHCOMPDIR ZSHCOMPDIR                         and the shells' completion
#   STATIC=1                                       OpenSSL and c-ares built in
#   V=1                                            show the commands

VERSION = 0.1.0

PREFIX ?= /usr/local
PLUGINDIR ?= $(PREFIX)/lib/nagios/plugins
MANDIR ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
INSTALL ?= install

# The distribution's, whose packages the tests use, whatever else is in PATH.
PYTHON = /usr/bin/python3

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

quiet = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$@';)

# Sources, layer by layer, bottom-up.
base   := $(sort $(wildcard src/base/*.c))
smtp   := $(sort $(wildcard src/smtp/*.c))
client := smtp_client.c
net    := $(sort $(wildcard src/net/*.c))
secret := $(sort $(wildcard src/secret/*.c))
plugin := $(sort $(wildcard src/plugin/*.c))
check  := $(sort $(wildcard src/check/*.c))
rooms  := $(sort $(foreach r,cli options probe verdict present run, \
          $(wildcard src/$(r)/*.c)))
main   := check_smtp_auth.c

sources := $(base) $(smtp) $(client) $(net) $(secret) $(plugin) $(check) $(rooms) $(main)
headers := $(sort $(wildcard src/*/*.h)) smtp_client.h

# Every tests/unit/test_*.c is a program; the other files there help them all.
unit_sources := $(sort $(wildcard tests/unit/test_*.c))
unit_helpers := $(filter-out $(unit_sources),$(sort $(wildcard tests/unit/*.c)))

# Every tests/fuzz/fuzz_*.c is one, too, with main() from libFuzzer or, to run
# the inputs kept, from replay.c; the other files there help them all.
fuzz_sources := $(sort $(wildcard tests/fuzz/fuzz_*.c))
fuzz_replay  := tests/fuzz/replay.c
fuzz_helpers := $(filter-out $(fuzz_sources) $(fuzz_replay),$(sort \
                $(wildcard tests/fuzz/*.c)))

# A variant is the same program built otherwise, in a folder of its own:
# make VARIANT=asan all.  FREE_ALL makes it free everything and return from
# main, which the leak check and the coverage data need.
VARIANT = $(if $(STATIC),static)
O = build$(addprefix /,$(VARIANT))

asan_flags     = -fsanitize=address,undefined -fno-sanitize-recover=all \
                 -fno-omit-frame-pointer -DFREE_ALL
coverage_flags = --coverage -fprofile-update=atomic -DFREE_ALL
faults_flags   = $(asan_flags)
fuzz_flags     = -fsanitize=fuzzer-no-link,address,undefined \
                 -fno-sanitize-recover=all -fno-omit-frame-pointer -DFREE_ALL
newest_flags   = $(foreach d,$(CARES_PREFIX) $(OPENSSL_PREFIX),-I$(d)/include)
newest_libs    = $(foreach d,$(wildcard $(foreach \
                 p,$(CARES_PREFIX) $(OPENSSL_PREFIX),$(p)/lib $(p)/lib64)), \
                 -L$(d) -Wl,--disable-new-dtags,-rpath,$(d))

# Every function of which tests/faults/faults.c can make a call fail.
coverage_libs  = $(faults_libs) -Wl,-u,__gcov_dump
faults_libs    = $(foreach f,$(shell sed -n 's/^\tF.\([a-z0-9_]*\),.*/\1/p' \
                 tests/faults/faults.c) open fcntl ares_library_init _exit,-Wl$(,)--wrap=$(f))

ifneq ($(filter coverage faults,$(VARIANT)),)
sources += tests/faults/faults.c
endif

ifneq ($(filter clang fuzz,$(VARIANT)),)
CC = clang
endif

# Ours, apart from the user's CFLAGS and LDFLAGS, which come last and win.
warnings = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wformat=2 -Wvla -Wswitch-enum -Wundef \
           -Wwrite-strings

# What the compiler and the linker know of the flags that harden, found out once
# and kept in build/.  No variable that leads here may be exported: make 4.4
# expands those for $(shell), which runs into itself and comes back empty.
known = $(eval known := $(shell sh tests/compiler-knows.sh $(O)/known \
        '$(if $(filter memcheck,$(VARIANT)),-ftrivial-auto-var-init=zero)' \
        $(CC)))$(if $(filter end,$(known)),$(known),$(error cannot find \
        out which flags $(CC) knows))
known_to = $(patsubst $(1):%,%,$(filter $(1):%,$(known)))

hardening_flags = $(call known_to,compile)
hardening_libs  = $(call known_to,link)
fortify_flags   = $(call known_to,fortify)

# Each is worked out when first used, and then remembered.
pkg_flags = $(eval pkg_flags := $(shell $(PKG_CONFIG) --cflags $(libraries) \
            2>/dev/null))$(pkg_flags)
pkg_libs  = $(eval pkg_libs := $(shell $(PKG_CONFIG) $(if \
            $(filter static,$(VARIANT)),--static) --libs $(libraries) \
            2>/dev/null || echo -lcrypto -lssl -lcares))$(pkg_libs)
# In the order in which the dynamic linker looks: libcrypto has most symbols.
libraries = libcrypto libssl libcares

# The C library stays shared: it loads the modules that openssl.cnf asks for.
c_library = -ldl -lm -lpthread -lrt -pthread
libs = $(if $(filter static,$(VARIANT)),-Wl$(,)-Bstatic -Wl$(,)--start-group \
       $(filter-out $(c_library),$(pkg_libs)) -Wl$(,)--end-group \
       -Wl$(,)-Bdynamic $(filter $(c_library),$(pkg_libs)),$(pkg_libs))
, := ,

# It works with optimisation only, and not with AddressSanitizer.
fortify = $(if $(filter asan coverage faults fuzz,$(VARIANT))$(findstring \
          _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,$(if $(filter-out \
          -O0,$(lastword $(filter -O%,$(CFLAGS)))),$(fortify_flags)))

own_flags = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. -Isrc $(warnings) \
            $(hardening_flags) $(fortify) $($(VARIANT)_flags) $(pkg_flags)
own_libs  = $(hardening_libs) $(filter -fsanitize=% --coverage, \
            $($(VARIANT)_flags)) $($(VARIANT)_libs)

# WERROR is set by the checks; somebody else's compiler may warn in peace.
compile = $(CC) $(own_flags) $(if $(WERROR),-Werror) $(CPPFLAGS) $(CFLAGS)
link    = $(CC) $(own_libs) $(CFLAGS) $(LDFLAGS)

# It fills the shells' completion from the plugin's own tables.
generator   := completion/generate.c
completions  = $(O)/completion/check_smtp_auth $(O)/completion/_check_smtp_auth

objects      = $(sources:%.c=$(O)/%.o)
unit_objects = $(unit_helpers:%.c=$(O)/%.o) $(filter-out \
               $(main:%.c=$(O)/%.o),$(objects))
unit_tests   = $(unit_sources:%.c=$(O)/%)
bench_programs = $(addprefix build/bench/,server delay floor)
fuzz_tests   = $(fuzz_sources:%.c=$(O)/%)
fuzz_objects = $(fuzz_helpers:%.c=$(O)/%.o) $(filter-out \
               $(main:%.c=$(O)/%.o),$(objects)) \
               $(if $(filter fuzz,$(VARIANT)),,$(fuzz_replay:%.c=$(O)/%.o))
all_objects  = $(sort $(objects) $(generator:%.c=$(O)/%.o) $(unit_objects) $(unit_tests:%=%.o) \
               $(fuzz_objects) $(fuzz_tests:%=%.o))

build_packages = gcc libc6-dev make pkgconf libssl-dev libc-ares-dev
unit_packages  = $(build_packages) libcmocka-dev
demo_packages  = $(build_packages) python3 openssl
check_packages = $(unit_packages) binutils clang mandoc python3 python3-pytest \
                 python3-pytest-xdist python3-cryptography python3-dnspython \
                 python3-jwt python3-prometheus-client openssl valgrind \
                 postfix dovecot-core dovecot-lmtpd libnss-wrapper monitoring-plugins-basic \
                 prometheus prometheus-node-exporter bash zsh
# php-cgi is there so that no web server need be.
engine_packages = $(build_packages) python3 python3-pytest python3-pytest-xdist \
                  python3-cryptography python3-dnspython python3-jwt postfix \
                  dovecot-core icinga2-bin icingacli \
                  icingaweb2-module-director nagios4-core nagios-nrpe-server \
                  nagios-nrpe-plugin php-cli rrdtool \
                  zabbix-server-pgsql zabbix-agent zabbix-agent2 \
                  zabbix-frontend-php \
                  php-cgi php-pgsql postgresql util-linux python3-yaml \
                  prometheus prometheus-node-exporter \
                  python3-prometheus-client systemd strace bash
bench_packages = $(build_packages) python3 python3-dnspython python3-matplotlib \
                 valgrind strace time openssl ca-certificates curl swaks \
                 libnet-ssleay-perl monitoring-plugins-basic
install_packages = sh tests/install-packages.sh
# What OpenSSL and c-ares need in turn differs from release to release.
install_static = @$(install_packages) $$(sh tests/static-packages.sh '$(CC)' \
                 '$(PKG_CONFIG)' $(libraries))

# Sub-makes use all processors unless told otherwise; variants side by side
# would only fight over them.
jobs = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 1))
submake = +@$(MAKE) --no-print-directory $(jobs) WERROR=1

# No exit code of the plugin's own stands for what a sanitizer found.
export ASAN_OPTIONS = detect_leaks=1:strict_string_checks=1:exitcode=99
export LSAN_OPTIONS = exitcode=99
export UBSAN_OPTIONS = halt_on_error=1:print_stacktrace=1:exitcode=99

needs_root = @[ "$$(id -u)" = 0 ] || { echo 'make $@: needs root, for a real \
mail server and for packages that are missing; "make unit" needs none' >&2; \
             exit 1; }

# $(call pytest,BINARY...[,WHAT]).  Tests leave nothing in the tree, and tests/
# integration/conftest.py makes a skipped one a failure where CI=true.
pytest = @PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -n 6 \
         $(or $(2),tests/integration -m 'not long') \
         $(addprefix --binary ,$(1)) -q -rs -p no:cacheprovider

.PHONY: all unit unit-programs fuzz-programs fuzz-replay check check-on \
        check-long check-engines check-newest check-packages bench bench-check \
        bench-engines bench-programs demo fuzz memcheck coverage lint format \
        install uninstall dist deb clean help FORCE

all: $(O)/check_smtp_auth $(completions) ## Build the plugin in build/ (the default)

unit: $(unit_tests) ## Run the unit tests and dialogue replays; no root needed
	@sh tests/unit.sh $(unit_tests)

check: ## Run every test, sanitizers included; needs root; installs what is missing
	$(needs_root)
	@$(install_packages) $(check_packages)
	$(install_static)
	$(submake) all
	$(submake) VARIANT=asan all
	$(submake) VARIANT=clang all
	$(submake) STATIC=1 all
	@sh tests/layers.sh
	@sh tests/hardening.sh '$(CC)' '$(MAKE)' build
	@sh tests/hardening.sh '$(CC)' '$(MAKE) STATIC=1' build/static
	@sh tests/man-options.sh build/check_smtp_auth man/check_smtp_auth.1
	@mandoc -Tlint -W warning man/check_smtp_auth.1
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/listed.py build/check_smtp_auth
	$(submake) unit
	$(submake) VARIANT=clang unit-programs
	$(submake) VARIANT=asan unit
	$(submake) VARIANT=asan fuzz-replay
	@sh tests/unpack-packages.sh build/unpacked exim4-daemon-light
	$(call pytest,build/check_smtp_auth build/asan/check_smtp_auth)
	$(call pytest,build/static/check_smtp_auth,tests/integration \
	    -m 'not long' --ignore-glob='*hostile*')
	$(submake) bench-programs
	$(call bench,check.py)

check-on: ## Run demo and check on a bare Debian: SUITE=bookworm or trixie, the other one
	$(needs_root)
	@$(install_packages) debootstrap git util-linux
	@sh tests/check-on.sh $(SUITE)

check-newest: ## Build and test with CARES_PREFIX= and/or OPENSSL_PREFIX=
	$(needs_root)
	@if [ -z "$(CARES_PREFIX)$(OPENSSL_PREFIX)" ]; then \
	    echo 'make check-newest: say where: CARES_PREFIX=/opt/c-ares and/or OPENSSL_PREFIX=/opt/openssl'; \
	    exit 1; fi
	@$(install_packages) $(check_packages)
	$(submake) VARIANT=newest all unit
	@sh tests/unpack-packages.sh build/unpacked exim4-daemon-light
	$(call pytest,build/newest/check_smtp_auth)

bench-check: ## See that a check costs no more instructions than it did
	@$(install_packages) $(build_packages) python3 openssl valgrind
	$(submake) all bench-programs
	$(call bench,check.py)

bench: ## Measure it beside other clients, rewrite docs/performance.md (4 minutes)
	@$(install_packages) $(bench_packages)
	$(install_static)
	$(submake) all bench-programs
	$(submake) STATIC=1 all
	$(call bench,bench.py)

bench = @PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/$(1)

demo: ## Show the plugin at work on a throwaway server; installs what is missing
	@$(install_packages) $(demo_packages)
	$(submake) all
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/demo/demo.py build/check_smtp_auth

check-long: ## Run what takes long: calls that fail, load, hostile peers for STATIC=1, fuzzing
	$(needs_root)
	@$(install_packages) $(check_packages)
	$(install_static)
	$(submake) VARIANT=faults all
	$(call pytest,build/faults/check_smtp_auth,tests/integration/test_faults.py)
	$(submake) all
	$(call pytest,build/check_smtp_auth,tests/integration/test_load.py)
	$(submake) STATIC=1 all
	$(call pytest,build/static/check_smtp_auth,tests/integration/test_hostile*.py)
	$(submake) fuzz FUZZ_SECONDS=5

check-engines: ## Run real Icinga 2, Nagios, NRPE, Zabbix ... with integrations/
	$(needs_root)
	@$(install_packages) $(engine_packages)
	$(submake) all
	$(call pytest,build/check_smtp_auth,tests/engines --dist loadfile)

bench-engines: ## Measure how many checks a second Icinga 2 does (6 minutes)
	$(needs_root)
	@$(install_packages) $(engine_packages) monitoring-plugins-basic
	$(submake) all
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/engines/bench_scale.py build/check_smtp_auth

fuzz: ## Run each fuzz target for FUZZ_SECONDS= (60), from build/fuzz/corpus
	@$(install_packages) $(build_packages) clang libclang-rt-dev python3
	$(submake) VARIANT=fuzz fuzz-programs
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/fuzz/seeds.py build/fuzz/seeds
	@sh tests/fuzz/run.sh $(FUZZ_SECONDS) $(fuzz_sources:%.c=build/fuzz/%)

FUZZ_SECONDS = 60

# Built without zeros in what was never set.
memcheck: ## Run the dialogues under valgrind for uninitialised reads
	@$(install_packages) $(check_packages)
	$(submake) VARIANT=memcheck all unit-programs
	@sh tests/unit.sh --under '$(valgrind)' $(foreach t,$(unit_sources:%.c=build/memcheck/%),$(if \
	    $(filter test_dialogue% test_smtp% test_sasl% test_auth%,$(notdir \
	    $(t))),$(t)))
	@mkdir -p build/memcheck/under
	@printf '#!/bin/sh\nexec %s %s "$$@" -t 60\n' '$(valgrind)' \
	    "'$(CURDIR)/build/memcheck/check_smtp_auth'" >build/memcheck/under/check_smtp_auth
	@chmod +x build/memcheck/under/check_smtp_auth
	$(call pytest,build/memcheck/under/check_smtp_auth,tests/integration/test_dialogues.py \
	    -k text)

valgrind = valgrind -q --error-exitcode=99

# All that check and check-long run.  What saves the counts complains into a
# file of its own where a test leaves it no descriptor or no space.
coverage: export GCOV_ERROR_FILE = $(CURDIR)/build/coverage/complaints
coverage: ## Measure what the tests reach: build/coverage/index.html
	$(needs_root)
	@$(install_packages) $(check_packages) gcovr
	@sh tests/unpack-packages.sh build/unpacked exim4-daemon-light
	$(submake) VARIANT=coverage CFLAGS='-O0 -g' all unit-programs
	@find build/coverage -name '*.gcda' -exec rm -f {} +
	$(submake) VARIANT=coverage CFLAGS='-O0 -g' unit fuzz-replay
	$(call pytest,build/coverage/check_smtp_auth,tests/integration)
	@gcovr --root . --object-directory build/coverage --exclude tests/ \
	    --exclude completion/ --exclude-unreachable-branches \
	    --gcov-ignore-parse-errors --print-summary \
	    --fail-under-line 95 --fail-under-branch 85 \
	    --html-details build/coverage/index.html --txt build/coverage/coverage.txt
	@echo build/coverage/index.html

lint: ## Check form and look for bugs: clang-format, clang-tidy, cppcheck, mandoc
	@$(install_packages) $(unit_packages) clang-format clang-tidy cppcheck mandoc
	@sh tests/layers.sh
	@clang-format --dry-run -Werror $(c_files)
	@cppcheck --quiet --std=c11 --language=c --error-exitcode=1 --inline-suppr \
	    --enable=warning,portability,performance \
	    $(lint_flags) $(sources)
	@printf '%s\n' $(sources) | xargs -n 1 -P "$$(nproc)" sh -c 'clang-tidy \
	    --quiet --warnings-as-errors="*" --checks="$(tidy_checks)" "$$@" \
	    -- -std=c11 -fno-caret-diagnostics $(lint_flags) $(pkg_flags)' clang-tidy
	@printf '%s\n' $(sources) | xargs -n 1 -P "$$(nproc)" $(CC) -O2 -std=c11 \
	    -fanalyzer $(analyzer_flags) -Werror $(lint_flags) $(pkg_flags) -c -o /dev/null
	@mandoc -Tlint -W warning man/check_smtp_auth.1

format: ## Put the C sources in form with clang-format
	@$(install_packages) clang-format
	clang-format -i $(c_files)

c_files = $(sources) $(headers) $(generator) $(unit_sources) $(unit_helpers) \
          $(sort $(wildcard tests/unit/*.h tests/fuzz/*.c tests/bench/*.c))

lint_flags = -D_GNU_SOURCE -DVERSION=\"$(VERSION)\" -I. -Isrc

# Left out: Annex K, which no libc has; parameters that could be swapped, which
# any two of one type could; branches alike on purpose; and that what snprintf
# returns is looked at, where it cuts on purpose.  One file at a time: version
# 14 carries what it believes of a va_list from one to the next.
# Without -fno-caret-diagnostics it counts warnings that it does not show.
tidy_checks = -*,clang-analyzer-*,bugprone-*,performance-*,cert-*,$\
              -clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,$\
              -bugprone-easily-swappable-parameters,-bugprone-branch-clone,$\
              -cert-err33-c

# gcc 12 takes what is stored through a parameter for lost.  Leaks are looked
# for when the tests run, with LeakSanitizer.
analyzer_flags = -Wno-analyzer-malloc-leak

install: all ## Install the plugin, its man page and completion (DESTDIR PREFIX ...)
	$(INSTALL) -d '$(DESTDIR)$(PLUGINDIR)' '$(DESTDIR)$(MANDIR)/man1'
	$(INSTALL) -m 755 $(O)/check_smtp_auth '$(DESTDIR)$(PLUGINDIR)/check_smtp_auth'
	$(INSTALL) -m 644 man/check_smtp_auth.1 '$(DESTDIR)$(MANDIR)/man1/check_smtp_auth.1'
	$(INSTALL) -d '$(DESTDIR)$(BASHCOMPDIR)' '$(DESTDIR)$(ZSHCOMPDIR)'
	$(INSTALL) -m 644 $(O)/completion/check_smtp_auth '$(DESTDIR)$(BASHCOMPDIR)/check_smtp_auth'
	$(INSTALL) -m 644 $(O)/completion/_check_smtp_auth '$(DESTDIR)$(ZSHCOMPDIR)/_check_smtp_auth'

uninstall: ## Remove what "make install" installed
	rm -f '$(DESTDIR)$(PLUGINDIR)/check_smtp_auth' \
	    '$(DESTDIR)$(MANDIR)/man1/check_smtp_auth.1' \
	    '$(DESTDIR)$(BASHCOMPDIR)/check_smtp_auth' \
	    '$(DESTDIR)$(ZSHCOMPDIR)/_check_smtp_auth'

dist: ## Pack the committed sources: build/check_smtp_auth-VERSION.tar.gz
	@mkdir -p build
	git archive --format=tar.gz --prefix=check_smtp_auth-$(VERSION)/ \
	    -o build/check_smtp_auth-$(VERSION).tar.gz HEAD

deb: dist ## Build the Debian package: build/deb
	@$(install_packages) $(deb_packages)
	@packaging/make-deb '$(VERSION)' build/check_smtp_auth-$(VERSION).tar.gz build/deb

check-packages: ## Build the packages, install one in a fresh Debian, run it there
	$(needs_root)
	@$(install_packages) $(deb_packages) lintian debootstrap rpm elfutils \
	    python3 python3-cryptography
	$(submake) deb
	@sh tests/packages/check.sh '$(VERSION)'

deb_packages = $(unit_packages) build-essential debhelper dpkg-dev fakeroot

clean: ## Remove build/
	rm -rf build

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' \
	    $(firstword $(MAKEFILE_LIST))

unit-programs: $(unit_tests)
	@:

bench-programs: $(bench_programs)
	@:

fuzz-programs: $(fuzz_tests)
	@:

fuzz-replay: $(fuzz_tests)
	@sh tests/fuzz/replay.sh $(fuzz_tests)

# Holds the commands: what was built with others is built anew.
quoted = '$(subst ','\'',$(1))'
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(call quoted,$(filter-out -Werror,$(compile))) \
	    $(call quoted,$(link) $(LDLIBS) $(libs)) >$@.new; \
	if cmp -s $@.new $@; then rm $@.new; else \
	    sh tests/have-headers.sh 'libssl-dev libc-ares-dev' \
	        'openssl/ssl.h ares.h' $(compile) && \
	    $(if $(filter static,$(VARIANT)),sh tests/static-packages.sh \
	        --complain '$(CC)' '$(PKG_CONFIG)' $(libraries) &&) \
	    mv $@.new $@; fi

FORCE:

$(O)/check_smtp_auth: $(objects)
	$(call quiet,LINK)$(link) -o $@ $^ $(LDLIBS) $(libs)

$(O)/completion/generate: $(generator:%.c=$(O)/%.o) $(filter-out \
                          $(main:%.c=$(O)/%.o),$(objects))
	$(call quiet,LINK)$(link) -o $@ $^ $(LDLIBS) $(libs)

$(O)/completion/check_smtp_auth: completion/bash.in $(O)/completion/generate
$(O)/completion/_check_smtp_auth: completion/zsh.in $(O)/completion/generate
$(completions):
	$(call quiet,GEN)$(O)/completion/generate <$< >$@

$(all_objects): $(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(compile) -MMD -MP -c -o $@ $<

$(unit_tests): $(O)/%: $(O)/%.o $(unit_objects)
	$(call quiet,LINK)$(link) -o $@ $^ $(LDLIBS) -lcmocka $(libs)

$(fuzz_tests): $(O)/%: $(O)/%.o $(fuzz_objects)
	$(call quiet,LINK)$(link) $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer) \
	    -o $@ $^ $(LDLIBS) $(libs)

$(unit_tests:%=%.o) $(unit_helpers:%.c=$(O)/%.o): | $(O)/has-cmocka
$(O)/has-cmocka: $(O)/flags
	@sh tests/have-headers.sh libcmocka-dev \
	    'stdarg.h stddef.h setjmp.h stdint.h cmocka.h' $(compile)
	@touch $@

$(bench_programs): build/bench/%: tests/bench/%.c $(O)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(compile) $(hardening_libs) -o $@ $< $(LDFLAGS) $(LDLIBS) \
	    -lssl -lcrypto

-include $(all_objects:.o=.d)
