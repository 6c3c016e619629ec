# SPDX-License-Identifier: BSD-2-Clause
#
# make                        build/nbu-agentx
# make help                   this list
# make demo                   see it run: simulated primary, private snmpd, agent, tables
# make check                  the whole test suite; SANITIZE=address or SANITIZE=thread for its other forms
# make check-consumers        polls the agent by real monitoring systems; CONSUMERS="zabbix" runs some of them
# make inject                 each allocation of a run fails, and a disk 2,000 times at random: an hour
# make nms                    makes what monitoring systems read in conf/, and docs/alarms.md; nms-check only looks
# make analyse                clang-tidy, cppcheck, gcc -fanalyzer, shellcheck and pyflakes read all sources
# make bench                  what the agent costs, against goals and peers: 30 minutes
# make bench-quick            the same at smaller sizes: 5 minutes
# make fuzz                   what reads from outside, under libFuzzer; FUZZ_SECONDS=60 each, FUZZ="job store" some
# make coverage               how much of src/ the tests reach, by file, with limits: 10 minutes
# make mutate                 would the tests notice a wrong line of src/: MUTANTS=200 SEED=1; an hour or more
# make soak                   restarts, faults, reloads at random while managers walk; MINUTES=10, SEED= repeats a run
# make tests                  builds the test programs; build/tests/unit NAME runs some of their tests
# make install                DESTDIR= PREFIX= as usual; make uninstall
# make deb                    Debian packages of this tree in build/deb; make rpm in build/rpm
# make check-service          the unit of systemd, on this system booted once more with memory over it; needs root
# make check-packages         installs, upgrades and purges the Debian packages on clean systems; needs root
# make format                 formats the C sources; make format-check only looks
# make house                  draws the figure of src/ in docs/architecture.md anew
# make compile_commands.json  for clangd and other tools that want to know how a file is compiled
# make clean                  removes build/

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DOCDIR   ?= $(PREFIX)/share/doc/nbu-agentx
DATADIR  ?= $(PREFIX)/share/nbu-agentx
SANITIZE ?=

ifeq ($(origin CC),default)
CC       := gcc
endif
# What stands behind "override" is added to what a user gives on the command line, too.
override CPPFLAGS += -D_GNU_SOURCE -DNBU_AGENTX_VERSION='"$(VERSION)"'
CFLAGS   ?= $(if $(SANITIZE),-O1,-O2) -g
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 \
            -Wpointer-arith -Wwrite-strings
LIBS     := -lnetsnmpagent -lnetsnmp -lcurl -lcjson -lconfuse -lsqlite3 -lcrypto -lm -pthread
TESTLIBS := -lcunit
SIMLIBS  := -lmicrohttpd -lz -lm -pthread

# Each form of the build has a folder of its own, so that they do not disturb each other.
BUILD := build$(if $(SANITIZE),/$(SANITIZE))

SANITIZE_address := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SANITIZE_thread  := -fsanitize=thread
SANITIZE_fuzz    := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifneq ($(SANITIZE),)
ifeq ($(SANITIZE_$(SANITIZE)),)
$(error SANITIZE is $(SANITIZE), but must be address or thread; make fuzz sets it to fuzz)
endif
override CFLAGS  += $(SANITIZE_$(SANITIZE))
override LDFLAGS += $(SANITIZE_$(SANITIZE))
endif

# Flags that make a mistake harder to use. A user's own flags come behind them. Not every compiler knows all of them
# for every kind of machine. _FORTIFY_SOURCE needs an optimiser, hinders the sanitizers, and a user may have set it.
known     = $(shell $(CC) -Werror $(1) -c -x c -o /dev/null /dev/null 2>/dev/null && echo $(1))
OPTIMISED := $(filter-out -O0,$(lastword $(filter -O%,$(CFLAGS))))
FORTIFY   := $(if $(OPTIMISED),$(if $(SANITIZE)$(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3))
HARDENING := $(FORTIFY) -fPIE -fstack-protector-strong \
             $(call known,-fstack-clash-protection) $(call known,-fcf-protection)
HARDENED_LINK := -pie -Wl,-z,relro,-z,now

# V=1 shows the commands.
Q := $(if $(V),,@)

INCLUDES := -Isrc -Itests -Itests/simulator
COMPILE = $(CC) -std=c11 $(HARDENING) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -pthread -MMD -MP
LINK    = $(CC) $(HARDENED_LINK) $(CFLAGS) $(LDFLAGS)

LIB_SOURCES  := $(wildcard src/*/*.c)
SIM_SOURCES  := $(filter-out tests/simulator/test_%,$(wildcard tests/simulator/*.c))
UNIT_SOURCES := $(wildcard tests/unit/*.c tests/unit/*/*.c tests/simulator/test_*.c)
INTEGRATION_SOURCES := $(wildcard tests/integration/*.c)
FORMATTED    := $(wildcard src/*.[ch] src/*/*.[ch] tests/*.[ch] tests/*/*.[ch] tests/unit/*/*.[ch])

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

.PHONY: all help compile_commands.json programs tests demo check inject analyse coverage mutate check-consumers nms nms-check bench bench-quick bench-programs soak fuzz fuzz-programs house format format-check install uninstall deb rpm check-packages check-service clean

all: $(BUILD)/nbu-agentx

programs: $(BUILD)/nbu-agentx $(BUILD)/nbu-sim

# The programs of the benchmark are built with them, so that a change does not break these unseen.
tests: bench-programs fuzz-programs $(addprefix $(BUILD)/tests/,unit integration faults.so nomem.so)

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<")
	$(Q)$(COMPILE) $(if $(filter src/%,$<),$(SRC_CFLAGS)) $(INCLUDES) -c -o $@ $<

# q, as r would let modules of one name in two folders take the place of each other.
$(BUILD)/libnbu-agentx.a: $(call objects,$(LIB_SOURCES))
	@rm -f $@
	$(Q)$(AR) qcs $@ $^

$(BUILD)/nbu-agentx: $(call objects,src/main.c) $(BUILD)/libnbu-agentx.a
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(LINK) -o $@ $^ $(LIBS)

$(BUILD)/nbu-sim: $(call objects,$(SIM_SOURCES)) $(BUILD)/libnbu-agentx.a
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(LINK) -o $@ $^ $(SIMLIBS)

# Tests step the clock of this program and fill its disk; see tests/unit/clock.h and tests/unit/doctor/test_host.c.
$(BUILD)/tests/unit: $(call objects,tests/harness.c tests/resolve.c tests/older.c $(UNIT_SOURCES)) \
                     $(call objects,$(filter-out %/sim_main.c,$(SIM_SOURCES))) \
                     $(BUILD)/libnbu-agentx.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(LINK) -Wl,--wrap=timefmt_now,--wrap=timefmt_monotonic,--wrap=statvfs -o $@ $^ $(TESTLIBS) $(SIMLIBS) $(LIBS)

$(BUILD)/tests/integration: $(call objects,tests/harness.c $(INTEGRATION_SOURCES)) $(BUILD)/libnbu-agentx.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(LINK) -o $@ $^ $(TESTLIBS) $(LIBS)

# Of each fuzz target a program. With SANITIZE=fuzz it searches; otherwise it replays the files that it is given.
FUZZ_PROGRAMS := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SHARED   := tests/resolve.c tests/older.c tests/fuzz/folder.c $(if $(filter fuzz,$(SANITIZE)),,tests/fuzz/replay.c)

$(FUZZ_PROGRAMS): $(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(call objects,$(FUZZ_SHARED)) $(BUILD)/libnbu-agentx.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(LINK) $(if $(filter fuzz,$(SANITIZE)),-fsanitize=fuzzer) -o $@ $^ $(LIBS)

fuzz-programs: $(FUZZ_PROGRAMS)

# Preloaded into the agent, without what its own build has of sanitizers.
$(BUILD)/tests/faults.so: tests/preload/faults.c tests/preload/faults.h
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(CC) -std=c11 $(CPPFLAGS) -O2 -g $(WARNINGS) $(INCLUDES) -shared -fPIC -o $@ $< -ldl

# To be preloaded, into programs without a sanitizer only.
$(BUILD)/tests/nomem.so: tests/inject/nomem.c Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(CC) -std=c11 $(CPPFLAGS) -O2 -g $(WARNINGS) -shared -fPIC -o $@ $<

# The programs of the benchmark, of a file each, with what they share.
BENCH_PROGRAMS := $(addprefix $(BUILD)/bench/,responder passer walker fetcher resweep)

$(BENCH_PROGRAMS): $(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/obj/tests/bench/cells.o $(BUILD)/libnbu-agentx.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(LINK) -o $@ $^ $(LIBS)

# A library for LD_PRELOAD. Sanitizers would have to be loaded before it.
$(BUILD)/bench/stall.so: tests/bench/stall.c Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -g $(WARNINGS) -shared -fPIC -o $@ $< -ldl

bench-programs: programs $(BENCH_PROGRAMS) $(BUILD)/bench/stall.so

demo:
	@tests/setup demo
	@$(MAKE) --no-print-directory -j2 programs
	@tests/demo $(BUILD)

check:
	@tests/setup check
	@$(MAKE) --no-print-directory -j2 tests
	@tests/run $(BUILD)

# In a mode in which the counters of a process that is killed count as well. Processes share them, so each step in src/
# is atomic: what one of them lost would look like a condition that was never false.
COVERAGE_FLAGS := -O1 -fprofile-instr-generate -fcoverage-mapping -mllvm -runtime-counter-relocation \
                  -Wno-unused-command-line-argument

# COVERAGE names some tests: make coverage COVERAGE="timefmt json"
coverage:
	@tests/setup coverage
	@$(MAKE) --no-print-directory -j2 CC=clang BUILD=build/coverage CFLAGS='$(COVERAGE_FLAGS)' \
	         SRC_CFLAGS=-fprofile-update=atomic tests
	@tests/coverage build/coverage $(COVERAGE)

# JOBS of them are tested side by side. FILES="src/api/job.c" takes them from some files only.
MUTANTS ?= 200
mutate:
	@tests/setup coverage
	@tests/mutate --mutants $(MUTANTS) $(if $(SEED),--seed $(SEED)) $(FILES)

# ANALYSE names some of the tools: make analyse ANALYSE=cppcheck
analyse:
	@tests/setup analyse
	@tests/analyse $(ANALYSE)

# Each allocation of a run fails once, and many more random faults of the disk.
inject: tests
	NBU_TEST_WHOLE=1 $(BUILD)/tests/integration -t 7200 'memory: once'
	NBU_TEST_WHOLE=1 $(BUILD)/tests/unit -t 7200 'store on a bad disk'

check-consumers:
	@tests/setup consumers
	@$(MAKE) --no-print-directory -j2 programs
	@tests/consumers/run $(BUILD) $(CONSUMERS)

nms nms-check:
	@tests/setup nms
	@tests/base-mibs build/mibs-base
	@conf/generate/run $(if $(filter nms-check,$@),--check) build/mibs-base

# SANITIZE says which form of the agent; SEED=n repeats the choices of an earlier run.
MINUTES ?= 10
soak:
	@tests/setup bench
	@$(MAKE) --no-print-directory -j2 bench-programs
	@tests/soak/run $(BUILD) $(MINUTES) $(SEED)

# BENCH names a part of it: make bench BENCH=walks
bench bench-quick:
	@tests/setup bench
	@$(MAKE) --no-print-directory -j2 bench-programs
	@tests/bench/run $(if $(filter bench-quick,$@),--quick) $(BUILD) $(BENCH)

# Needs clang: tests/setup ci
FUZZ_SECONDS ?= 60
fuzz:
	@$(MAKE) --no-print-directory -j2 SANITIZE=fuzz CC=clang fuzz-programs
	@tests/fuzz/run build/fuzz $(FUZZ_SECONDS) $(FUZZ)

help:
	@sed -n 's/^# \(make .*\)/\1/p' $(firstword $(MAKEFILE_LIST))

house:
	tests/house update

# A JSON array of what compiles each source. The shell takes the quotes off the words, sed puts JSON's on.
compile_commands.json:
	@words=$$(printf '%s\n' $(COMPILE) $(INCLUDES) | sed 's/["\\]/\\&/g; s/.*/"&",/' | tr -d '\n'); \
	for source in $(filter %.c,$(FORMATTED)); do \
		printf '{"directory": "%s", "file": "%s", "arguments": [%s "-c", "%s"]}\n' \
		    "$(CURDIR)" "$$source" "$$words" "$$source"; \
	done | sed '1s/^/[/; $$!s/$$/,/; $$s/$$/]/' >$@

format:
	clang-format -i $(FORMATTED)

format-check:
	clang-format --dry-run -Werror $(FORMATTED)

# What has to know where it is installed. The sources name /usr.
LOCATED := s|/usr/sbin/|$(PREFIX)/sbin/|; s|/usr/share/nbu-agentx|$(DATADIR)|

install: all
	install -D -m 0755 $(BUILD)/nbu-agentx $(DESTDIR)$(PREFIX)/sbin/nbu-agentx
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/man/man8 man/nbu-agentx.8 man/nbu-agentx-snmpd.8
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/man/man5 man/nbu-agentx.conf.5
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/snmp/mibs mibs/NBU-REG-MIB.txt mibs/NBU-JOBS-MIB.txt
	install -D -m 0755 tests/base-mibs $(DESTDIR)$(PREFIX)/bin/nbu-agentx-base-mibs
	install -D -m 0644 man/nbu-agentx-base-mibs.1 $(DESTDIR)$(PREFIX)/share/man/man1/nbu-agentx-base-mibs.1
	install -D -m 0644 conf/systemd/nbu-agentx.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/nbu-agentx.conf
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed '$(LOCATED)' conf/systemd/nbu-agentx.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/nbu-agentx.service
	sed '$(LOCATED)' conf/snmpd/nbu-agentx-snmpd >$(DESTDIR)$(PREFIX)/sbin/nbu-agentx-snmpd
	chmod 0755 $(DESTDIR)$(PREFIX)/sbin/nbu-agentx-snmpd
	install -D -m 0644 -t $(DESTDIR)$(DATADIR) conf/nbu-agentx.conf
	install -D -m 0644 conf/snmpd/nbu-agentx.conf $(DESTDIR)$(DATADIR)/snmpd.conf
	install -D -m 0644 -t $(DESTDIR)$(DOCDIR) README.md CHANGELOG.md LICENSE

uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/, \
	    sbin/nbu-agentx sbin/nbu-agentx-snmpd bin/nbu-agentx-base-mibs \
	    share/man/man8/nbu-agentx.8 share/man/man8/nbu-agentx-snmpd.8 share/man/man5/nbu-agentx.conf.5 \
	    share/man/man1/nbu-agentx-base-mibs.1 \
	    share/snmp/mibs/NBU-REG-MIB.txt share/snmp/mibs/NBU-JOBS-MIB.txt \
	    lib/sysusers.d/nbu-agentx.conf lib/systemd/system/nbu-agentx.service)
	rm -rf $(DESTDIR)$(DOCDIR) $(DESTDIR)$(DATADIR)

deb:
	@tests/setup deb
	@packaging/make-deb $(VERSION)

rpm:
	@tests/setup rpm
	@packaging/make-rpm $(VERSION)

check-packages:
	@tests/setup packages
	@tests/packages/run $(VERSION) $(SUITES)

check-service:
	@tests/setup service
	@$(MAKE) --no-print-directory -j2 programs
	@tests/packages/service $(BUILD)

clean:
	rm -rf build

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
