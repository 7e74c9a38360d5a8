#!/bin/sh
# pipe.sh PROG...: the container of chain.sh, as a pipe. A process that does nothing holds the namespaces; its state, in the
# form that OCI gave it, goes from tool to tool, each of which does its part from outside and passes it on; then we go in.
set -eu

# The group is joined by the holder from outside, when its namespaces are there already. So a cgroup namespace of its own,
# whose root its group is to be, has to wait.
ns-unshare --hold=box.pid --hold-for $$ --mount --uts --ipc --net --pid --hostname ctr '--sysctl=net.ipv4.ping_group_range=0 2147483647' |
	cg-limit --memory 64M --pids 60 |
	veth-link --bridge ctr0 --addr 10.88.0.2/16 >box.state

# What leaves the bridge needs rules for as long as somebody is on it; and who goes in becomes what chain.sh becomes.
status=0
nat-publish --bridge ctr0 --subnet 10.88.0.0/16 --shared -- \
	ns-enter --target box.pid --join-cgroup --all -- \
	ns-unshare --cgroup -- \
	ufs-mount --lower "$PWD/rootfs" --scratch 512M /mnt -- \
	root-pivot --proc --sys --dev --bind "$PWD/data:/data:ro,rec" --file /etc/hostname=ctr \
	--file '/etc/hosts=127.0.0.1 localhost' --file '/etc/hosts=::1 localhost' --file '/etc/hosts=10.88.0.2 ctr' \
	--file '/etc/resolv.conf=nameserver 192.0.2.53' /mnt -- \
	priv-drop --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env HOSTNAME=ctr --env HOME=/ -- \
	"$@" || status=$?

# The holder ends, and with it the namespaces and the cable. The group is empty then, and the next run removes it.
kill "$(cat box.pid)"
rm box.pid box.state
exit $status
