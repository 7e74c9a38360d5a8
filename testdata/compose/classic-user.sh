#!/bin/sh
# classic-user.sh PROG...: a program that is not root, can become nobody else, and has one capability less to hope for. It
# stands for
#     ctr-run --network none --pids-limit=-1 --rootfs rootfs -u 1000:1001 --group-add 7 --group-add 44 --cap-drop chown -- PROG...
set -eu
[ "${1-}" = inside ] || exec unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child sh "$0" inside "$@"
shift
hostname ctr
ip link set lo up
echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range

. "${0%/*}/classic-furniture.sh"
umask=$(umask) && umask 0
union "$PWD/rootfs"
kernel_files
devices
covers "$(printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 ctr')"
umask "$umask"
# The user goes last: only root may give up capabilities, and what an ordinary user has of them is lost with the execve. The
# bounding set is what a marked file could give, and no_new_privs says that none gives anything.
become --reuid 1000 --regid 1001 --groups 7,44 --inh-caps=-all --bounding-set "$usual,-chown" -- "$@"
