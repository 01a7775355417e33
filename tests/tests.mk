# tests.mk - how everything is tested and measured; Makefile includes it, and
# has how it is built.

# Every tests/unit/test_*.c is a program; the other files there help them all.
unit_sources := $(sort $(wildcard tests/unit/test_*.c))
unit_helpers := $(filter-out $(unit_sources),$(sort $(wildcard tests/unit/*.c)))

# Every tests/fuzz/fuzz_*.c is one, too, with main() from libFuzzer or, to run
# the inputs kept, from replay.c; the other files there help them all.
fuzz_sources := $(sort $(wildcard tests/fuzz/fuzz_*.c))
fuzz_replay  := tests/fuzz/replay.c
fuzz_helpers := $(filter-out $(fuzz_sources) $(fuzz_replay),$(sort \
                $(wildcard tests/fuzz/*.c)))

# Every function of which tests/faults/faults.c can make a call fail.
coverage_libs  = $(faults_libs) -Wl,-u,__gcov_dump
faults_libs    = $(foreach f,$(shell sed -n 's/^\tF.\([a-z0-9_]*\),.*/\1/p' \
                 tests/faults/faults.c) open openat fcntl CRYPTO_set_mem_functions ares_library_init_mem _exit,-Wl$(,)--wrap=$(f))

# And what there is more in the second program.
oauth2_wraps   = $(foreach f,$(shell sed -n 's/^\tG.\([a-z0-9_]*\),.*/\1/p' \
                 tests/faults/faults.c) asprintf execvp curl_global_init_mem json_set_alloc_funcs,-Wl$(,)--wrap=$(f))

ifneq ($(filter coverage faults,$(VARIANT)),)
sources += tests/faults/faults.c
endif

newest_flags   = $(foreach d,$(CARES_PREFIX) $(OPENSSL_PREFIX),-I$(d)/include)
newest_libs    = $(foreach d,$(wildcard $(foreach \
                 p,$(CARES_PREFIX) $(OPENSSL_PREFIX),$(p)/lib $(p)/lib64)), \
                 -L$(d) -Wl,--disable-new-dtags,-rpath,$(d))

unit_objects = $(unit_helpers:%.c=$(O)/%.o) $(filter-out \
               $(main:%.c=$(O)/%.o),$(objects))
unit_tests   = $(unit_sources:%.c=$(O)/%)
bench_programs = $(addprefix build/bench/,server delay floor)
fuzz_tests   = $(fuzz_sources:%.c=$(O)/%)
fuzz_objects = $(fuzz_helpers:%.c=$(O)/%.o) $(filter-out \
               $(main:%.c=$(O)/%.o),$(objects)) \
               $(if $(filter fuzz,$(VARIANT)),,$(fuzz_replay:%.c=$(O)/%.o))
test_objects = $(unit_objects) $(unit_tests:%=%.o) $(fuzz_objects) \
               $(fuzz_tests:%=%.o)

unit_packages  = $(build_packages) libcmocka-dev
check_packages = $(unit_packages) binutils clang mandoc python3 python3-pytest \
                 python3-pytest-xdist python3-cryptography python3-dnspython \
                 python3-jwt python3-jsonschema python3-prometheus-client openssl valgrind \
                 postfix dovecot-core dovecot-lmtpd libgsasl18 sasl2-bin libsasl2-modules \
                 libnss-wrapper monitoring-plugins-basic \
                 prometheus prometheus-node-exporter bash zsh time \
                 python3-authlib python3-flask $(narrow_packages)
# For tests/narrow.sh, which looks for qemu-user only where the kernel needs it.
narrow_packages = $(if $(filter x86_64,$(shell uname -m)),gcc-multilib)
# php-cgi is there so that no web server need be.
engine_packages = $(build_packages) python3 python3-pytest python3-pytest-xdist \
                  python3-cryptography python3-dnspython python3-jwt \
                  python3-jsonschema openssl postfix \
                  dovecot-core sasl2-bin libsasl2-modules icinga2-bin icingacli \
                  icingaweb2-module-director nagios4-core nagios-nrpe-server \
                  nagios-nrpe-plugin php-cli rrdtool influxdb \
                  zabbix-server-pgsql zabbix-agent zabbix-agent2 \
                  $(zabbix_sender) zabbix-frontend-php \
                  php-cgi php-pgsql postgresql util-linux python3-yaml \
                  prometheus prometheus-node-exporter \
                  python3-prometheus-client systemd strace bash curl jq chromium
# In Debian 12 a part of zabbix-agent.
zabbix_sender = $(if $(shell grep -s '=bookworm' /etc/os-release),,zabbix-sender)
# What tests/engines needs for Zabbix alone; nagios4-common makes the user.
zabbix_packages = $(build_packages) python3 python3-pytest python3-pytest-xdist \
                  python3-cryptography python3-dnspython python3-jwt \
                  python3-jsonschema python3-yaml python3-prometheus-client openssl \
                  postfix dovecot-core sasl2-bin libsasl2-modules nagios4-common \
                  zabbix-server-pgsql zabbix-agent zabbix-agent2 $(zabbix_sender) \
                  zabbix-frontend-php php-cli php-cgi php-pgsql postgresql \
                  util-linux
bench_packages = $(build_packages) python3 python3-dnspython python3-matplotlib \
                 valgrind strace time openssl ca-certificates curl swaks \
                 libnet-ssleay-perl monitoring-plugins-basic

# No exit code of the plugin's own stands for what a sanitizer found.
export ASAN_OPTIONS = detect_leaks=1:strict_string_checks=1:exitcode=99
export LSAN_OPTIONS = exitcode=99
export UBSAN_OPTIONS = halt_on_error=1:print_stacktrace=1:exitcode=99

# $(call pytest,BINARY...[,WHAT]).  Tests leave nothing in the tree, and tests/
# integration/conftest.py makes a skipped one a failure where CI=true.
pytest = @PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -n 6 \
         $(or $(2),tests/integration -m 'not long') \
         $(addprefix --binary ,$(1)) -q -rs -p no:cacheprovider

.PHONY: unit unit-programs fuzz-programs fuzz-replay transcripts-update \
        check check-sanitized check-on check-long check-engines check-zabbix \
        check-zabbix-trixie check-newest check-packages bench bench-batch \
        bench-check picture bench-engines bench-programs fuzz memcheck coverage \
        lint format

unit: $(unit_tests) completion-current ## Run the unit tests and dialogue replays; no root needed
	@sh tests/unit.sh $(unit_tests)

transcripts-update: $(O)/tests/unit/test_transcripts ## Write tests/transcripts anew; read "git diff" then
	@TRANSCRIPTS_UPDATE=1 $<

# Each test once: what runs in the test's own process with the sanitizers, the
# plugin and its helper as they are; check-sanitized turns it round.
check: ## Run every test, sanitizers included; needs root; installs what is missing
	$(needs_root)
	@$(install_packages) $(check_packages)
	$(submake) all
	@sh tests/layers.sh
	@sh tests/hardening.sh '$(CC)' '$(MAKE)' build
	@sh tests/install.sh '$(MAKE)' '$(VERSION)'
	@sh tests/man-options.sh build/check_smtp_auth man/check_smtp_auth.1
	@mandoc -Tlint -W warning man/check_smtp_auth.1 man/smtp-oauth2.1
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/listed.py build/check_smtp_auth
	@sh tests/narrow.sh '$(CC)'
	$(submake) VARIANT=asan unit-programs fuzz-programs
	$(submake) VARIANT=asan unit
	$(submake) VARIANT=asan fuzz-replay
	@sh tests/unpack-packages.sh build/unpacked exim4-daemon-light sendmail-bin
	$(call pytest,build/check_smtp_auth)
	@sh tests/oauth2/install-servers.sh build/oauth-servers
	$(call pytest,build/check_smtp_auth,tests/oauth2)
	$(submake) bench-programs
	$(call bench,check.py)

check-sanitized: ## Run the plugin with the sanitizers where peers and files feed it, and what clang makes
	$(needs_root)
	@$(install_packages) $(check_packages)
	$(submake) unit
	$(submake) VARIANT=clang all unit-programs
	$(submake) VARIANT=asan all
	$(call pytest,build/asan/check_smtp_auth,$(fed:%=tests/integration/test_%.py) \
	    -m 'not long')
	@sh tests/oauth2/install-servers.sh build/oauth-servers
	$(call pytest,build/asan/check_smtp_auth,tests/oauth2)

# Where what others wrote is read: servers, name servers, providers, the user's
# files.  check-long runs all tests so.
fed = ask baseline batch dialogues dns explain guard hostile \
      hostile_certificates hostile_dns limits oauth2_plugin oauth2_signin proxy \
      scram secrets token

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
	@sh tests/unpack-packages.sh build/unpacked exim4-daemon-light sendmail-bin
	$(call pytest,build/newest/check_smtp_auth)

picture: ## Draw docs/waterfall.svg anew: what -v shows on a terminal
	@$(install_packages) $(demo_packages)
	$(submake) all build/bench/delay
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/demo/picture.py \
	    build/check_smtp_auth build/bench/delay >build/waterfall.svg
	@mv build/waterfall.svg docs/waterfall.svg

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

bench-batch: ## Measure what a login costs in a batch, and who waits for whom
	@$(install_packages) $(bench_packages)
	$(submake) all bench-programs
	$(call bench,batch.py)

bench = @PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/$(1)

check-long: ## Run what takes long: calls that fail, load, sanitizers in all tests, STATIC=1, fuzzing
	$(needs_root)
	@$(install_packages) $(check_packages)
	$(install_static)
	$(submake) VARIANT=faults all
	$(call pytest,build/faults/check_smtp_auth,tests/integration/test_faults.py \
	    tests/integration/test_oauth2_faults.py)
	$(submake) all bench-programs
	$(call pytest,build/check_smtp_auth,tests/integration/test_load.py \
	    tests/integration/test_batch_load.py)
	$(call pytest,build/check_smtp_auth,tests/integration -m 'not long' \
	    --in-batch)
	$(call pytest,build/check_smtp_auth,tests/integration/test_oauth2_renew.py \
	    tests/integration/test_guard.py tests/integration/test_batch.py -m long)
	@sh tests/unpack-packages.sh build/unpacked exim4-daemon-light sendmail-bin
	$(submake) VARIANT=asan all
	$(call pytest,build/asan/check_smtp_auth)
	$(submake) STATIC=1 all
	@sh tests/hardening.sh '$(CC)' '$(MAKE) STATIC=1' build/static
	$(call pytest,build/static/check_smtp_auth)
	$(submake) fuzz FUZZ_SECONDS=5

check-engines: ## Run real Icinga 2, Nagios, NRPE, Zabbix ... with integrations/; Haraka, too
	$(needs_root)
	@$(install_packages) $(engine_packages)
	$(submake) all
	$(call pytest,build/check_smtp_auth,tests/engines --dist loadfile)

check-zabbix: ## Run what check-engines does with Zabbix alone
	$(needs_root)
	@$(install_packages) $(zabbix_packages)
	$(submake) all
	$(call pytest,build/check_smtp_auth,tests/engines/test_zabbix.py \
	    tests/engines/test_batch.py -k zabbix --dist loadfile)

check-zabbix-trixie: ## Run that with Zabbix 7.0, on a bare Debian 13 as check-on makes it
	$(needs_root)
	@$(install_packages) debootstrap git util-linux
	@sh tests/check-on.sh trixie check-zabbix

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
	@sh tests/unpack-packages.sh build/unpacked exim4-daemon-light sendmail-bin
	$(submake) VARIANT=coverage CFLAGS='-O0 -g' all unit-programs
	@find build/coverage -name '*.gcda' -exec rm -f {} +
	$(submake) VARIANT=coverage CFLAGS='-O0 -g' unit fuzz-replay
	$(call pytest,build/coverage/check_smtp_auth,tests/integration)
	@sh tests/oauth2/install-servers.sh build/oauth-servers
	$(call pytest,build/coverage/check_smtp_auth,tests/oauth2)
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
	    $(lint_flags) $(all_sources)
	@printf '%s\n' $(all_sources) | xargs -n 1 -P "$$(nproc)" sh -c 'clang-tidy \
	    --quiet --warnings-as-errors="*" --checks="$(tidy_checks)" "$$@" \
	    -- -std=c11 -fno-caret-diagnostics $(lint_flags) $(pkg_flags)' clang-tidy
	@printf '%s\n' $(all_sources) | xargs -n 1 -P "$$(nproc)" $(CC) -O2 -std=c11 \
	    -fanalyzer $(analyzer_flags) -Werror $(lint_flags) $(pkg_flags) -c -o /dev/null
	@mandoc -Tlint -W warning man/check_smtp_auth.1 man/smtp-oauth2.1

format: ## Put the C sources in form with clang-format
	@$(install_packages) clang-format
	clang-format -i $(c_files)

c_files = $(all_sources) $(headers) $(generator) $(unit_sources) $(unit_helpers) \
          $(sort $(wildcard tests/unit/*.h tests/fuzz/*.c tests/bench/*.c tests/narrow/*.c))

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

check-packages: ## Build the packages, install one in a fresh Debian, run it there
	$(needs_root)
	@$(install_packages) $(deb_packages) lintian debootstrap rpm elfutils \
	    python3 python3-cryptography binutils git gnupg autopkgtest
	$(submake) dist
	@sh tests/packages/check.sh '$(VERSION)' '$(dist_version)'

unit-programs: $(unit_tests)
	@:

bench-programs: $(bench_programs)
	@:

fuzz-programs: $(fuzz_tests)
	@:

fuzz-replay: $(fuzz_tests)
	@sh tests/fuzz/replay.sh $(fuzz_tests)

# Those of the second program have its rooms instead of the plugin's.
oauth2_tests = $(filter $(O)/tests/unit/test_oauth2_% \
               $(O)/tests/unit/test_signin_% $(O)/tests/fuzz/fuzz_oauth2_% \
               $(O)/tests/fuzz/fuzz_redirect,$(unit_tests) $(fuzz_tests))
oauth2_parts = $(filter-out $(O)/smtp_oauth2.o,$(oauth2_objects)) \
               $(oauth2_rooms)
$(oauth2_tests:%=%.o): private own_flags += $(oauth2_flags)
$(filter $(O)/tests/unit/%,$(oauth2_tests)): $(O)/%: $(O)/%.o $(oauth2_parts)
	$(call quiet,LINK)$(link) -o $@ $^ $(LDLIBS) -lcmocka $(oauth2_libs)
$(filter $(O)/tests/fuzz/%,$(oauth2_tests)): $(O)/%: $(O)/%.o $(oauth2_parts) \
    $(if $(filter fuzz,$(VARIANT)),,$(fuzz_replay:%.c=$(O)/%.o))
	$(call quiet,LINK)$(link) $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer) \
	    -o $@ $^ $(LDLIBS) $(oauth2_libs)

$(filter-out $(oauth2_tests),$(unit_tests)): $(O)/%: $(O)/%.o $(unit_objects)
	$(call quiet,LINK)$(link) -o $@ $^ $(LDLIBS) -lcmocka $(libs)

$(filter-out $(oauth2_tests),$(fuzz_tests)): $(O)/%: $(O)/%.o $(fuzz_objects)
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
