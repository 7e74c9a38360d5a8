# ctrkit: everything there is to do with it. `make` alone lists it.

BIN    ?= bin
PREFIX ?= /usr/local
TOOLS  ?= ./cmd/...
ROUNDS ?= 200

# What the tests use to look at the kernel from outside: other people's programs. The virtual machine has them too.
WITNESSES      = attr busybox-static iproute2 libcap2-bin mount nftables procps runc strace time uidmap util-linux
TEST_PACKAGES  = $(WITNESSES) e2fsprogs gcc kmod libc6-dev libseccomp-dev qemu-system-x86 xz-utils
# What is repeated in the virtual machine: all scripts by test-vm, and by test what the hierarchy and the disk have to do with.
VM_TESTS = TestScripts|TestReadme|TestHelpExamples
VM_FEW   = (TestScripts|TestChapters)/^(cg-|ctr-run_(dry|exit|init|machine|namespaces|network\z|privileges\z)|harness_|ns-enter_cgroup|ns-unshare_kinds|root-pivot_r|ufs-mount_(dry|err|layers|machine|names|refus|rootless|scratch|top|upper)|06-|07-)
# Which of Debian's kernels it has, and who runs them: root, and a user to whom a control group is delegated.
KERNEL  ?= 6.1
VM_USERS = 0 1000
# Who else reads and writes layer archives, and what a root file system is made by.
WORLD_PACKAGES = golang-github-containers-common libarchive-tools mmdebstrap python3 skopeo umoci zstd
# Makes that root, once; the name of the archive follows, and what else is to be in it. A mirror that lags behind is as good.
DEBIAN = f() { [ -e "$$1" ] || { file="$$1" && shift && mkdir -p "$${file%/*}" && mmdebstrap --quiet --format=tar --variant=apt \
	--aptopt='Acquire::Check-Valid-Until "false"' "$$@" stable "$$file.new" && mv "$$file.new" "$$file"; }; }; f
# The programs that run in containers there, and two packages more, for apt to install.
PROGRAMS = --include='apt-utils,cron,gcc,libc6-dev,nginx,postgresql,procps,python3,wrk,?name(^libpython3[.0-9]*-testsuite$$)' \
	--dpkgopt=path-exclude=/usr/share/doc/* --customize-hook=testdata/world/repository.sh
# Unpacks packages into a directory, once, with what this machine lacks for them. Installed, their daemons might be started.
UNPACK = f() { dir="$$1" && shift && [ -e "$$dir" ] || { mkdir -p "$$dir.new/debs/partial" && apt-get update -qq && \
	apt-get install -qq --yes --no-install-recommends --download-only --reinstall -o Dir::Cache::archives="$$(realpath "$$dir.new")/debs" "$$@" >/dev/null && \
	for deb in "$$dir.new"/debs/*.deb; do dpkg-deb -x "$$deb" "$$dir.new" || exit; done && mv "$$dir.new" "$$dir"; }; }; f
# What the bench runs beside us.
BENCH_PACKAGES = bubblewrap busybox-static crun iproute2 mmdebstrap nftables procps runc tar util-linux zstd

# Without C, a tool is one file that needs no loader: it starts sooner, and runs in a root with nothing else in it.
export CGO_ENABLED = 0
# The module files say everything; and a checkout that belongs to somebody else must build too.
export GOFLAGS += -mod=readonly -buildvcs=false

# The tools of `make lint` are pinned in a module of their own, so that ctrkit does not depend on them.
GOFUMPT     = go tool -modfile=$(CURDIR)/tools/go.mod gofumpt
STATICCHECK = go tool -modfile=$(CURDIR)/tools/go.mod staticcheck

.DEFAULT_GOAL = help
.PHONY: help build run test test-vm test-world stress vm lint fmt bench deps bench-deps install clean

help: ## say what can be made
	@echo 'usage: make TARGET'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build every tool into bin/, each one static file
	@mkdir -p $(BIN)
	go build -trimpath -o $(BIN)/ $(TOOLS)

run: build ## build, then look around in a first container (root)
	@sh examples/first.sh

# The kernel is under test as well, and Go's cache of results knows nothing of it; hence -count=1.
test: ## run every test, installing what they need (root; without it, the part that needs none)
	@if [ "$$(id -u)" = 0 ]; then tools/deps.sh $(TEST_PACKAGES); else \
		echo 'test: hint: namespaces, mounts and cgroups are made for real here, and the kernel lets only root make them;'; \
		echo 'test: hint: the tests that need root are skipped now. All of them: sudo env "PATH=$$PATH" make test'; \
	fi
	go test -vet=off -count=1 -timeout 25m ./...
	go -C bench test -vet=off ./...
	@if [ "$$(id -u)" = 0 ] || command -v qemu-system-x86_64 >/dev/null; then $(MAKE) test-vm VM_TESTS='$(VM_FEW)'; else \
		echo 'test: hint: and nothing is tested on control groups of version 2, because there is no qemu-system-x86_64'; \
	fi

test-world: ## unpack, change and pack a Debian root, with other people's tools as witnesses (root, network)
	@tools/deps.sh $(TEST_PACKAGES) $(WORLD_PACKAGES)
	@$(DEBIAN) bin/.debian.tar
	@$(DEBIAN) bin/.programs.tar $(PROGRAMS)
	@$(UNPACK) bin/.docker docker.io iptables
	@$(UNPACK) bin/.podman podman
	go build -trimpath -o bin/.server ./testdata/world/server
	CTRKIT_TIMEOUT=20m go test -vet=off -count=1 -timeout 0 -tags world -run '^TestWorld' -v . ./internal/priv/filter

# The figures are on standard output. The tests of `make test` are the same, with fewer containers.
stress: ## run 200 containers at once, 2000 in sequence, and some with too little of everything (root)
	@tools/deps.sh $(TEST_PACKAGES)
	CTRKIT_TIMEOUT=20m go test -vet=off -count=1 -timeout 0 -run '^TestStress' -stress -v .

# The tools are built here: there is no compiler inside. Programs start ten times slower there.
test-vm: build ## run the scripts on cgroup v2, in a virtual machine with KERNEL=5.10, 6.1 or 7
	@[ "$$(id -u)" != 0 ] || tools/deps.sh $(TEST_PACKAGES)
	for user in $(VM_USERS); do \
		VM_KERNEL=$(KERNEL) VM_USER=$$user VM_TIMEOUT=2400 CTRKIT_TOOLS=$(CURDIR)/$(BIN) CTRKIT_TIMEOUT=10m \
			go test -vet=off -count=1 -timeout 0 -exec $(CURDIR)/test/vm/run -run '$(VM_TESTS)' . || exit; \
	done

vm: build ## a shell in that virtual machine, with the tools at hand; what is done there is gone afterwards
	@[ "$$(id -u)" != 0 ] || tools/deps.sh $(TEST_PACKAGES)
	@VM_KERNEL=$(KERNEL) VM_TERMINAL=yes VM_TIMEOUT=86400 CTRKIT_TOOLS=$(CURDIR)/$(BIN) test/vm/run bash

lint: ## check format, vet, staticcheck, and the rules of the house
	@unformatted=$$($(GOFUMPT) -l .) && [ -z "$$unformatted" ] || \
		{ echo "lint: error: not formatted:" $$unformatted; echo 'lint: hint: make fmt'; exit 1; }
	go vet ./...
	$(STATICCHECK) ./...
	cd bench && go vet ./... && $(STATICCHECK) ./...
	go test -vet=off ./internal/lint

fmt: ## format every Go file
	$(GOFUMPT) -w .

bench: build bench-deps ## time our tools beside their peers, and write bench/RESULTS.md and a picture (root)
	@$(DEBIAN) $(BIN)/.debian.tar
	go -C bench build -o $(CURDIR)/$(BIN)/.bench .
	$(BIN)/.bench -bin $(BIN) -rounds $(ROUNDS) -o bench/RESULTS.md

deps: ## install the packages that the tests need, if any is missing (root)
	@tools/deps.sh $(TEST_PACKAGES)

bench-deps: ## install the peers of the bench, if any is missing (root)
	@tools/deps.sh $(BENCH_PACKAGES)

install: build ## copy the tools to PREFIX/bin (PREFIX=/usr/local; DESTDIR is honoured)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BIN)/* $(DESTDIR)$(PREFIX)/bin

clean: ## remove what was built
	rm -rf $(BIN)
