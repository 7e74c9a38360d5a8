#!/bin/sh
# classic-namespaces.sh PROG...: the least container, in ./rootfs. It stands for
#     ctr-run --network none --pids-limit=-1 --rootfs rootfs -- PROG...
set -eu

# Outside, there is nothing to do but this: new namespaces, of which that of processes begins with a child.
[ "${1-}" = inside ] || exec unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child sh "$0" inside "$@"
shift

# Names, the way to oneself, and leave to send pings, are of our namespaces: nobody else sees the change.
hostname ctr
ip link set lo up
echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range

# The root is put together where nobody looks, and takes the place of the old one in the end.
. "${0%/*}/classic-furniture.sh"
umask=$(umask) && umask 0
union "$PWD/rootfs"
kernel_files
devices
covers "$(printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 ctr')"
umask "$umask"
become --clear-groups --inh-caps=-all --bounding-set $usual -- "$@"
