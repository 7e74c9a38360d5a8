#!/bin/sh
# A container in steps: held, furnished from outside, furnished from within, used, and ended.
set -eu

# A process that does nothing holds new namespaces of all kinds. It ends with this script, even if that is killed.
ns-unshare --hold=box.pid --hold-for $$ --user --all --hostname box >box.state
pid=$(cat box.pid)

# From outside: numbers are given by somebody who has them. Root in the box will be 100000 here.
echo 0 100000 65536 >/proc/$pid/uid_map
echo 0 100000 65536 >/proc/$pid/gid_map

# From outside: only here both ends of a cable are in reach. One end goes into the box, the other stays.
ip link add name host0 type veth peer name eth0 netns $pid
ip address add 10.99.0.1/24 dev host0
ip link set host0 up

# From within: addresses and mounts are changed by whoever is in the namespace. So we go in, and are root there.
inside() { ns-enter --target box.pid --all -- "$@"; }
inside ip address add 10.99.0.2/24 dev eth0
inside ip link set eth0 up
inside mount -t proc proc /proc

# Now it can be used.
inside sleep 60 &
until sleeper=$(pgrep --uid 100000 sleep); do sleep 0.1; done
echo "the box says:    host $(inside hostname), $(inside ps -C sleep -o user=,args=)"
echo "the machine:     host $(hostname), $(ps -p $sleeper -o user=,args=)"
echo "over the cable:  $(inside busybox ping -c 1 10.99.0.1 | grep received)"

# The holder is pid 1 in the box: with it all programs end, and all namespaces, and with them the cable.
kill $pid
while kill -0 $pid 2>/dev/null || ip link show host0 >/dev/null 2>&1; do sleep 0.1; done
wait $! || true
rm box.pid box.state
echo "the machine:     $(pgrep --uid 100000 --count sleep) programs and $(ip -brief link show type veth | wc -l) cables are left"
