#!/bin/sh
# classic-network.sh PROG...: a cable into a bridge, a way out, and a port of the machine that leads in. It stands for
#     ctr-run --dns 192.0.2.53 --ip 10.88.0.2 -p 8080:80 --pids-limit=-1 --rootfs rootfs -- PROG...
set -eu

if [ "${1-}" != inside ]; then
	# The switch, and the machine's own place at it.
	ip link add ctr0 address 0a:58:0a:58:00:01 type bridge
	ip address add 10.88.0.1/16 brd + dev ctr0
	ip link set ctr0 up
	# The network has a name for a while, by which ip(8) reaches into it: both ends of the cable are in one hand.
	ip netns add classic
	ip link add v0a580002 up master ctr0 type veth peer name eth0 address 0a:58:0a:58:00:02 netns classic
	ip -n classic link set lo up
	ip -n classic link set eth0 up
	ip -n classic address add 10.88.0.2/16 brd + dev eth0
	ip -n classic route add default via 10.88.0.1 dev eth0
	# What leaves the bridge is from the machine; what comes to the port, from outside or from ourselves, is for the container.
	echo 1 >/proc/sys/net/ipv4/ip_forward
	nft -f - <<-END
		table ip classic {
			chain postrouting {
				type nat hook postrouting priority 100;
				ip saddr 10.88.0.0/16 oifname != "ctr0" masquerade
			}
			chain prerouting {
				type nat hook prerouting priority -100;
				fib daddr type local tcp dport 8080 dnat to 10.88.0.2:80
			}
			chain output {
				type nat hook output priority -100;
				fib daddr type local tcp dport 8080 dnat to 10.88.0.2:80
			}
		}
	END
	status=0
	nsenter --net=/run/netns/classic \
		unshare --mount --uts --ipc --pid --cgroup --fork --kill-child sh "$0" inside "$@" || status=$?
	nft delete table ip classic
	ip netns delete classic
	ip link delete ctr0
	exit $status
fi
shift
hostname ctr
echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range

. "${0%/*}/classic-furniture.sh"
umask=$(umask) && umask 0
union "$PWD/rootfs"
kernel_files
devices
covers "$(printf '127.0.0.1 localhost\n::1 localhost\n10.88.0.2 ctr')" 'nameserver 192.0.2.53'
umask "$umask"
become --clear-groups --inh-caps=-all --bounding-set $usual -- "$@"
