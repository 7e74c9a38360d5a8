package main

// A peer is a command that is timed.
type peer struct {
	name string
	// args is the command line that runs prog.
	args func(p *place, prog ...string) ([]string, error)
	// unified asks for a world whose only cgroup tree is version 2.
	unified bool
	// against names the peer it is compared with, if that is not the table's first.
	against string
	// atMost is the ratio we aim at, if we aim at one.
	atMost float64
	// moreAtMost is the same for the difference, in milliseconds.
	moreAtMost float64
}

// A table is a set of peers that do comparable work. The first is the reference.
type table struct {
	title, about string
	prog         []string
	peers        []peer

	// A table of tools that become no program. There are fewer rounds, as they take longer.
	alone  bool
	fewer  int
	before func(*place) error // what is made ready before each run, and is not timed
}

// tables is the whole bench: to add a peer, add a line. One that is not installed, or does not work here, is left out
// of the run and named in the report.
var tables = []table{
	{
		title: "A container around `/bin/true`",
		about: "The root holds a static busybox and nothing else; only `ctr-run` without `--rootfs` has the machine's own files, and\n" +
			"their `/bin/true`. crun and runc run the bundle that their own `spec` writes; crun with its cgroup manager off,\n" +
			"because it refuses a machine with both versions of cgroups. The pipeline is what `ctr-run --print` prints.",
		prog: []string{"/bin/true"},
		peers: []peer{
			{name: "crun run", args: bundled("crun", "--cgroup-manager=disabled"), unified: true},
			{name: "runc run", args: bundled("runc")},
			{name: "bwrap", args: before("bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
				"--unshare-cgroup", "--bind", "ROOT", "/", "--proc", "/proc", "--dev", "/dev", "--")},
			{name: "unshare", args: before("unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--fork",
				"--root=ROOT", "--mount-proc", "--")},
			{name: "ctr-run --rootfs", args: before("ctr-run", "--rootfs", "ROOT", "--"), atMost: 0.80},
			{name: "ctr-run", args: before("ctr-run", "--"), atMost: 0.80},
			{name: "the pipeline of ctr-run", args: printed("ctr-run", "--rootfs", "ROOT", "--"), against: "ctr-run --rootfs"},
		},
	},
	{
		title: "One namespace, then `/bin/true`",
		about: "No container: a tool changes one thing and becomes the program. A second link shows what each further\n" +
			"tool of a chain costs.",
		prog: []string{"/bin/true"},
		peers: []peer{
			{name: "unshare --uts", args: before("unshare", "--uts", "--")},
			{name: "ns-unshare --uts", args: before("ns-unshare", "--uts", "--"), atMost: 1.60},
			{name: "unshare --uts unshare --ipc", args: before("unshare", "--uts", "--", "unshare", "--ipc", "--")},
			{
				name: "ns-unshare --uts ns-unshare --ipc", against: "ns-unshare --uts",
				args: before("ns-unshare", "--uts", "--", "ns-unshare", "--ipc", "--"),
			},
			{name: "the program alone", args: before()},
		},
	},
	{
		title: "Unpacking a Debian root",
		about: "By mmdebstrap, variant apt: about 7,000 files and 160 MB, onto a tmpfs, by root. GNU tar gives owners, modes and\n" +
			"times as well; gzip and zstd run beside it. Ours unpacks all before the target changes, and reads with another thread\n" +
			"only what is compressed.",
		alone: true, fewer: 10, before: (*place).emptied,
		peers: []peer{
			{name: "tar -x", args: before("tar", "--numeric-owner", "-C", "TARGET", "-xf", "DEBIAN")},
			{name: "ufs-apply", args: before("ufs-apply", "--devices", "--onto", "TARGET", "DEBIAN"), atMost: 1.00},
			{name: "tar -x, gzip", args: before("tar", "--numeric-owner", "-C", "TARGET", "-xf", "DEBIAN.gz")},
			{name: "ufs-apply, gzip", args: before("ufs-apply", "--devices", "--onto", "TARGET", "DEBIAN.gz"), against: "tar -x, gzip", atMost: 1.20},
			{name: "tar -x, zstd", args: before("tar", "--numeric-owner", "-C", "TARGET", "-xf", "DEBIAN.zst")},
			{name: "ufs-apply, zstd", args: before("ufs-apply", "--devices", "--onto", "TARGET", "DEBIAN.zst"), against: "tar -x, zstd", atMost: 1.00},
		},
	},
	{
		title: "Limits around `/bin/true`",
		about: "A tool that leaves something to clear up stays until the program has ended. So it pays for a fork, for waiting\n" +
			"and for relaying signals, as `--fork` does; what the group itself costs is the rest.",
		prog: []string{"/bin/true"},
		peers: []peer{
			{name: "ns-unshare --uts", args: before("ns-unshare", "--uts", "--")},
			{name: "ns-unshare --uts --fork", args: before("ns-unshare", "--uts", "--fork", "--")},
			{name: "cg-limit", args: before("cg-limit", "--memory", "64M", "--pids", "32", "--"), moreAtMost: 0.5},
			{
				name: "cg-limit over --fork", against: "ns-unshare --uts --fork",
				args: before("cg-limit", "--memory", "64M", "--pids", "32", "--"),
			},
			{name: "cg-limit --report", args: before("cg-limit", "--memory", "64M", "--pids", "32", "--report", "--")},
			{name: "cg-limit, a group of version 2", args: before("cg-limit", "--set", "cgroup.max.depth=8", "--")},
		},
	},
	{
		title: "A network around `/bin/true`",
		about: "A namespace with a cable into a bridge, an address, a route and lo. The second bridge has 500 cables already.",
		prog:  []string{"/bin/true"},
		peers: []peer{
			{name: "ns-unshare --net", args: before("ns-unshare", "--net", "--")},
			{name: "veth-link", args: before("veth-link", "--bridge", "bench0", "--")},
			{name: "veth-link, 500 cables", against: "veth-link", args: before("veth-link", "--bridge", "bench500", "--"), atMost: 1.50},
		},
	},
	{
		title: "A cable into a bridge",
		about: "The same for a namespace that is there. By classic means it takes two batches: the first of one line, for the machine,\n" +
			"and the second of four, for the namespace. Both ends have one queue.",
		alone: true, fewer: 2, before: (*place).unplugged,
		peers: []peer{
			{name: "ip -batch, one line", args: before("ip", "-batch", "DIR/host")},
			{name: "ip -batch, both", args: before("sh", "-c", "ip -batch DIR/host && exec ip -netns hand -batch DIR/inside")},
			{name: "veth-link --netns", args: before("veth-link", "--bridge", "bench0", "--netns", "ours"), against: "ip -batch, both", atMost: 1.50},
		},
	},
	{
		title: "A GiB out of a namespace",
		about: "By TCP, to the machine. The first cable was made by `ip`; the other one is made each time.",
		alone: true, fewer: 10,
		peers: []peer{
			{name: "over the cable of ip", args: before("ip", "netns", "exec", "classic", "SELF", "-send", sink)},
			{name: "over that of veth-link", args: before("veth-link", "--bridge", "bench0", "--", "SELF", "-send", sink), atMost: 1 / 0.95},
		},
	},
}
