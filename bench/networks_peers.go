package main

// networks are the tables about cables and translated addresses.
var networks = []table{
	{
		title: "Address translation around `/bin/true`",
		about: "A table of rules that is there while the program runs, in a holder as above. By `nft` it is two more processes, and no\n" +
			"port is taken.",
		prog: []string{"/bin/true"},
		peers: []peer{
			{name: "ns-unshare --uts --fork", args: before("ns-unshare", "--uts", "--fork", "--")},
			{name: "nat-publish", args: before("nat-publish", "--bridge", "bench1", "--subnet", "10.89.0.0/24", "--")},
			{name: "nat-publish, a port", args: before(publishing("8081:80")...)},
			{name: "nat-publish, 100 ports", args: before(publishing("9000-9099:80-179")...), against: "nat-publish, a port"},
			{name: "nft, a port", args: before("sh", "-c", `nft "$0" && "$@" && nft delete table inet bench`, byNft)},
		},
	},
	{
		title: "1 GiB through a published port",
		about: "By TCP, from a box on a bridge to this machine and to somebody outside; the server and the client are the bench itself.\n" +
			"What is sent to an address of loopback is passed on by a socket of `nat-publish`, and not translated.",
		alone: true, fewer: 5,
		peers: []peer{
			{name: "here, direct", args: fetching(false, "10.88.0.5:80")},
			{name: "here, published", args: fetching(false, "192.0.2.1:8080"), atMost: 1.11},
			{name: "here, by loopback", args: fetching(false, "127.0.0.1:8080")},
			{name: "outside, direct", args: fetching(true, "10.88.0.7:80")},
			{name: "outside, published", args: fetching(true, "192.0.2.1:8080"), against: "outside, direct", atMost: 1.11},
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
