# check_smtp_auth.  GNU make; "make help" lists the targets.
#
# Yours to set, on the command line or in the environment:
#   CC CFLAGS CPPFLAGS LDFLAGS LDLIBS PKG_CONFIG   as usual
#   PREFIX DESTDIR PLUGINDIR MANDIR                where "make install" puts it
#   BASHCOMPDIR ZSHCOMPDIR                         and the shells' completion
#   INTEGRATIONSDIR                                and what engines are given
#   STRIP                                          for "make install-strip"
#   STATIC=1                                       OpenSSL and c-ares built in
#   V=1                                            show the commands

VERSION = 0.1.0

PREFIX ?= /usr/local
PLUGINDIR ?= $(PREFIX)/lib/nagios/plugins
MANDIR ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
INTEGRATIONSDIR ?= $(PREFIX)/share/check_smtp_auth
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
INSTALL ?= install
INSTALL_PROGRAM = $(INSTALL) -m 755
# "install -s" is for programs.
install_data = $(filter-out -s,$(INSTALL)) -m 644

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

# The second program: rooms of its own on base, cli and secret.
oauth2 := $(sort $(wildcard src/oauth2/*.c src/signin/*.c)) smtp_oauth2.c

sources := $(base) $(smtp) $(client) $(net) $(secret) $(plugin) $(check) $(rooms) $(main)
# What is looked at, not what is linked.
all_sources = $(sources) $(oauth2)
headers := $(sort $(wildcard src/*/*.h)) smtp_client.h

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
# Where it was built is nobody's business; gcov alone has to find it again.
path_flags      = $(if $(filter coverage,$(VARIANT)),,$(if $(call \
                  known_to,path),'-ffile-prefix-map=$(CURDIR)=.'))

# Each is worked out when first used, and then remembered.
pkg_flags = $(eval pkg_flags := $(shell $(PKG_CONFIG) --cflags $(libraries) \
            2>/dev/null))$(pkg_flags)
pkg_libs  = $(eval pkg_libs := $(shell $(PKG_CONFIG) $(if \
            $(filter static,$(VARIANT)),--static) --libs $(libraries) \
            2>/dev/null || echo -lcrypto -lssl -lcares))$(pkg_libs)
# The second program alone needs these; tests/faults needs c-ares, too.
oauth2_libraries = libcurl jansson libcrypto
oauth2_flags = $(eval oauth2_flags := $(shell $(PKG_CONFIG) --cflags \
               $(oauth2_libraries) 2>/dev/null))$(oauth2_flags)
oauth2_libs  = $(eval oauth2_libs := $(shell $(PKG_CONFIG) --libs \
               $(oauth2_libraries) 2>/dev/null || \
               echo -lcurl -ljansson -lcrypto)$(if $(filter \
               coverage faults,$(VARIANT)), -lcares $(oauth2_wraps)))$(oauth2_libs)
# In the order in which the dynamic linker looks: libcrypto has most symbols.
libraries = libcrypto libssl libcares

# The C library stays shared: it loads the modules that openssl.cnf asks for.
# With LDFLAGS=-static-pie it does not, for a system where nothing else is.
c_library = -ldl -lm -lpthread -lrt -pthread
libs = $(if $(filter static:,$(VARIANT):$(filter -static%,$(LDFLAGS))),-Wl$(,)-Bstatic -Wl$(,)--start-group \
       $(filter-out $(c_library),$(pkg_libs)) -Wl$(,)--end-group \
       -Wl$(,)-Bdynamic $(filter $(c_library),$(pkg_libs)),$(pkg_libs))
, := ,

# It works with optimisation only, and not with AddressSanitizer.
fortify = $(if $(filter asan coverage faults fuzz,$(VARIANT))$(findstring \
          _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,$(if $(filter-out \
          -O0,$(lastword $(filter -O%,$(CFLAGS)))),$(fortify_flags)))

own_flags = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. -Isrc $(warnings) \
            $(hardening_flags) $(path_flags) $(fortify) $($(VARIANT)_flags) $(pkg_flags)
own_libs  = -pthread $(hardening_libs) $(filter -fsanitize=% --coverage, \
            $($(VARIANT)_flags)) $($(VARIANT)_libs)

# WERROR is set by the checks; somebody else's compiler may warn in peace.
compile = $(CC) $(own_flags) $(if $(WERROR),-Werror) $(CPPFLAGS) $(CFLAGS)
link    = $(CC) $(own_libs) $(CFLAGS) $(LDFLAGS)

# It fills the shells' completion from the plugin's own tables.  What came of it
# is in the tree: where one system builds for another it could not be run.
generator   := completion/generate.c
completions  = $(O)/completion/check_smtp_auth $(O)/completion/_check_smtp_auth

objects      = $(sources:%.c=$(O)/%.o)
oauth2_objects = $(oauth2:%.c=$(O)/%.o)
oauth2_rooms   = $(filter $(O)/tests/% $(foreach \
                 r,base cli secret,$(O)/src/$(r)/%),$(objects))
all_objects  = $(sort $(objects) $(oauth2_objects) $(generator:%.c=$(O)/%.o) $(test_objects))

build_packages = gcc libc6-dev make pkgconf libssl-dev libc-ares-dev \
                 libcurl4-openssl-dev libjansson-dev
demo_packages  = $(build_packages) python3 openssl
install_packages = sh tests/install-packages.sh
# What OpenSSL and c-ares need in turn differs from release to release.
install_static = @$(install_packages) $$(sh tests/static-packages.sh '$(CC)' \
                 '$(PKG_CONFIG)' $(libraries))

# Sub-makes use all processors unless told otherwise; variants side by side
# would only fight over them.
jobs = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 1))
submake = +@$(MAKE) --no-print-directory $(jobs) WERROR=1

needs_root = @[ "$$(id -u)" = 0 ] || { echo 'make $@: needs root, for a real \
mail server and for packages that are missing; "make unit" needs none' >&2; \
             exit 1; }

include tests/tests.mk

.PHONY: all demo install install-strip uninstall completion completion-current \
        dist deb release clean help FORCE

all: $(O)/check_smtp_auth $(O)/smtp-oauth2 ## Build the plugin and smtp-oauth2 in build/ (the default)

demo: ## Show the plugin at work on a throwaway server; installs what is missing
	@$(install_packages) $(demo_packages)
	$(submake) all
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/demo/demo.py build/check_smtp_auth

install: all ## Install the plugin, man pages, completion, files for engines (DESTDIR PREFIX ...)
	$(filter-out -s,$(INSTALL)) -d '$(DESTDIR)$(PLUGINDIR)' '$(DESTDIR)$(MANDIR)/man1'
	$(INSTALL_PROGRAM) $(O)/check_smtp_auth '$(DESTDIR)$(PLUGINDIR)/check_smtp_auth'
	$(INSTALL_PROGRAM) $(O)/smtp-oauth2 '$(DESTDIR)$(PLUGINDIR)/smtp-oauth2'
	$(install_data) man/smtp-oauth2.1 '$(DESTDIR)$(MANDIR)/man1/smtp-oauth2.1'
	$(install_data) man/check_smtp_auth.1 '$(DESTDIR)$(MANDIR)/man1/check_smtp_auth.1'
	$(filter-out -s,$(INSTALL)) -d '$(DESTDIR)$(BASHCOMPDIR)' '$(DESTDIR)$(ZSHCOMPDIR)'
	$(install_data) completion/check_smtp_auth '$(DESTDIR)$(BASHCOMPDIR)/check_smtp_auth'
	$(install_data) completion/_check_smtp_auth '$(DESTDIR)$(ZSHCOMPDIR)/_check_smtp_auth'
	sh packaging/install-integrations '$(PLUGINDIR)' '$(DESTDIR)$(INTEGRATIONSDIR)'

install-strip: ## The same, without what a debugger needs
	+@$(MAKE) --no-print-directory install INSTALL_PROGRAM='$(INSTALL) -s \
	    $(if $(STRIP),--strip-program=$(STRIP)) -m 755'

uninstall: ## Remove what "make install" installed
	rm -f '$(DESTDIR)$(PLUGINDIR)/check_smtp_auth' \
	    '$(DESTDIR)$(PLUGINDIR)/smtp-oauth2' \
	    '$(DESTDIR)$(MANDIR)/man1/smtp-oauth2.1' \
	    '$(DESTDIR)$(MANDIR)/man1/check_smtp_auth.1' \
	    '$(DESTDIR)$(BASHCOMPDIR)/check_smtp_auth' \
	    '$(DESTDIR)$(ZSHCOMPDIR)/_check_smtp_auth'
	sh packaging/install-integrations --remove '$(DESTDIR)$(INTEGRATIONSDIR)'

completion: $(completions) ## Write completion/ anew, when an option or a word is new
	cp $(completions) completion/

completion-current: $(completions)
	@for file in $(notdir $(completions)); do \
	    cmp -s $(O)/completion/$$file completion/$$file || { \
	        echo "completion/$$file is not what the tables of options say;" \
	            '"make completion" writes it anew' >&2; exit 1; } \
	done

# With the commit, where the tag of the version is not.
dist_version = $(eval dist_version := $(shell packaging/version '$(VERSION)' \
               head))$(dist_version)

dist: ## Pack the committed sources: build/check_smtp_auth-VERSION.tar.gz
	@packaging/make-dist '$(dist_version)' build
	@echo 'build/check_smtp_auth-$(dist_version).tar.gz'

release: ## Pack, sum and sign what is tagged: build/release (RELEASE_KEY=)
	@packaging/make-release '$(VERSION)' '$(RELEASE_KEY)'

deb: dist ## Build the Debian package: build/deb
	@$(install_packages) $(deb_packages)
	@packaging/make-deb '$(dist_version)' build/check_smtp_auth-$(dist_version).tar.gz build/deb

deb_packages = $(unit_packages) build-essential debhelper dpkg-dev fakeroot

clean: ## Remove build/
	rm -rf build

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' \
	    Makefile tests/tests.mk

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

# What -V says is compiled into the files of main alone.
$(O)/build: FORCE
	@mkdir -p $(@D)
	@packaging/version '$(VERSION)' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
mains = $(main:%.c=$(O)/%.o) $(O)/smtp_oauth2.o
$(mains): $(O)/build
$(mains): private own_flags += -DBUILD='"$(shell cat $(O)/build 2>/dev/null)"'

FORCE:

$(O)/check_smtp_auth: $(objects)
	$(call quiet,LINK)$(link) -o $@ $^ $(LDLIBS) $(libs)

$(oauth2_objects): private own_flags += $(oauth2_flags)
$(oauth2_objects): | $(O)/has-oauth2
$(O)/has-oauth2: $(O)/flags
	@sh tests/have-headers.sh 'libcurl4-openssl-dev libjansson-dev' \
	    'curl/curl.h jansson.h' $(compile) $(oauth2_flags)
	@touch $@

$(O)/smtp-oauth2: $(oauth2_objects) $(oauth2_rooms)
	$(call quiet,LINK)$(link) -o $@ $^ $(LDLIBS) $(oauth2_libs)

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

-include $(all_objects:.o=.d)
