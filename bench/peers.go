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
var tables = append([]table{
	{
		title: "A container around `/bin/true`",
		about: "The root holds a static busybox and nothing else; only `ctr-run` without `--rootfs` has the machine's own files, and\n" +
			"their `/bin/true`. Only those with a bridge or a port have a network. crun and runc run the bundle that their own\n" +
			"`spec` writes; crun with its cgroup manager off, because it refuses a machine with both versions of cgroups. The\n" +
			"pipeline is what `ctr-run --print` prints.",
		prog: []string{"/bin/true"},
		peers: []peer{
			{name: "crun run", args: bundled("crun", "--cgroup-manager=disabled"), unified: true},
			{name: "runc run", args: bundled("runc")},
			{name: "bwrap", args: before("bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
				"--unshare-cgroup", "--bind", "ROOT", "/", "--proc", "/proc", "--dev", "/dev", "--")},
			{name: "unshare", args: before("unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--fork",
				"--root=ROOT", "--mount-proc", "--")},
			{name: "ctr-run --rootfs", args: before("ctr-run", "--network", "none", "--rootfs", "ROOT", "--"), atMost: 0.70},
			{name: "ctr-run", args: before("ctr-run", "--network", "none", "--"), atMost: 0.80},
			{name: "ctr-run --rootfs, bridge", args: before("ctr-run", "--rootfs", "ROOT", "--"), atMost: 0.95},
			{name: "ctr-run --rootfs, a port", args: before("ctr-run", "-p", "127.0.0.1:8080:80", "--rootfs", "ROOT", "--")},
			{name: "the pipeline of ctr-run", args: printed("ctr-run", "--network", "none", "--rootfs", "ROOT", "--"), against: "runc run", atMost: 1.00},
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
		title: "A union, then `/bin/true`",
		about: "In a mount namespace that both make. mount(8) is run by a shell that then becomes the program, twice where what is\n" +
			"written goes to memory. Ours are two links of a chain.",
		prog: []string{"/bin/true"},
		peers: []peer{
			{name: "mount -t overlay", args: before("unshare", "--mount", "sh", "-c",
				"mount -t overlay -o lowerdir=ROOT,upperdir=UNION/upper,workdir=UNION/work union UNION/tree && exec \"$@\"", "sh")},
			{
				name: "ufs-mount --upper", atMost: 1.20,
				args: before("ns-unshare", "--mount", "--", "ufs-mount", "--lower", "ROOT", "--upper", "UNION/upper", "--work", "UNION/work", "UNION/tree", "--"),
			},
			{name: "mount -t tmpfs, mkdir, mount -t overlay", args: before("unshare", "--mount", "sh", "-c",
				"cd UNION && mount -t tmpfs -o size=64M union tree && mkdir tree/upper tree/work && "+
					"mount -t overlay -o lowerdir=ROOT,upperdir=tree/upper,workdir=tree/work union tree && exec \"$@\"", "sh")},
			{
				name: "ufs-mount --scratch", atMost: 1.20, against: "mount -t tmpfs, mkdir, mount -t overlay",
				args: before("ns-unshare", "--mount", "--", "ufs-mount", "--lower", "ROOT", "--scratch", "64M", "UNION/tree", "--"),
			},
		},
	},
	{
		title: "A union alone",
		about: "One program that mounts and ends; what it has mounted is unmounted between the runs.",
		alone: true, before: (*place).unmounted,
		peers: []peer{
			{name: "mount -t overlay", args: before("mount", "-t", "overlay", "-o",
				"lowerdir=ROOT,upperdir=UNION/upper,workdir=UNION/work", "union", "UNION/tree")},
			{name: "ufs-mount --upper", atMost: 1.20, args: before("ufs-mount", "--lower", "ROOT", "--upper", "UNION/upper", "--work", "UNION/work", "UNION/tree")},
		},
	},
	{
		title: "Fewer privileges, then `/bin/true`",
		about: "Nothing is made, a lot is given up: 30 capabilities, groups, open files, and all but 300 system calls, by a filter\n" +
			"that is put together at each start. setpriv gives up the same capabilities and has no filter.",
		prog: []string{"/bin/true"},
		peers: []peer{
			{name: "ns-unshare --uts", args: before("ns-unshare", "--uts", "--")},
			{name: "priv-drop", args: before("priv-drop", "--"), moreAtMost: 0.4},
			{name: "priv-drop --seccomp off", args: before("priv-drop", "--seccomp", "off", "--")},
			{
				name: "priv-drop priv-drop", against: "priv-drop",
				args: before("priv-drop", "--", "priv-drop", "--"),
			},
			{name: "setpriv", args: before("setpriv", "--clear-groups", "--inh-caps", "-all", "--no-new-privs", "--bounding-set",
				"-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+sys_chroot,+setfcap", "--")},
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
}, networks...)

// publishing is the command line by which ports are published in a network that is not there.
func publishing(ports string) []string {
	return []string{"nat-publish", "--bridge", "bench1", "--subnet", "10.89.0.0/24", "--to", "10.89.0.5", "--publish", ports, "--"}
}

// byNft are the rules of nat-publish, as nft takes them.
const byNft = `table inet bench {
	map tcp4 { type inet_service : ipv4_addr . inet_service; elements = { 8081 : 10.89.0.5 . 80 }; }
	chain postrouting {
		type nat hook postrouting priority 100
		ip saddr 10.89.0.0/24 oifname != "bench1" oifname != "lo" masquerade
		ip saddr 10.89.0.0/24 oifname "bench1" ct status dnat masquerade
	}
	chain published {
		ip daddr 127.0.0.0/8 return
		ip6 daddr ::1 return
		dnat ip to tcp dport map @tcp4
	}
	chain prerouting { type nat hook prerouting priority -100; fib daddr type local jump published; }
	chain output { type nat hook output priority -100; fib daddr type local jump published; }
	chain forward {
		type filter hook forward priority 0
		iifname != "bench1" oifname "bench1" ip daddr 10.89.0.5 ct state ! established,related ct status ! dnat drop
	}
}`
