#!/bin/sh
# chain.sh PROG...: a container as a chain of tools. Each changes one thing about itself, and becomes the next. It stands for
#     ctr-run -m 64M --pids-limit 60 --ip 10.88.0.2 --dns 192.0.2.53 --init --rootfs rootfs -v data:/data:ro -- PROG...
set -eu

exec cg-limit --memory 64M --pids 60 -- \
	nat-publish --bridge ctr0 --subnet 10.88.0.0/16 --shared -- \
	veth-link --bridge ctr0 --addr 10.88.0.2/16 -- \
	ns-unshare --mount --uts --ipc --pid --cgroup --init --hostname ctr '--sysctl=net.ipv4.ping_group_range=0 2147483647' -- \
	ufs-mount --lower rootfs --scratch 512M /mnt -- \
	root-pivot --proc --sys --dev --bind data:/data:ro,rec --file /etc/hostname=ctr \
	--file '/etc/hosts=127.0.0.1 localhost' --file '/etc/hosts=::1 localhost' --file '/etc/hosts=10.88.0.2 ctr' \
	--file '/etc/resolv.conf=nameserver 192.0.2.53' /mnt -- \
	priv-drop --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env HOSTNAME=ctr --env HOME=/ -- \
	"$@"
