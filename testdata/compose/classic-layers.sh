#!/bin/sh
# classic-layers.sh PROG...: two layers, volumes, and a root that nobody can write to. It stands for
#     ctr-run --network none --pids-limit=-1 --layer upper --layer rootfs --read-only \
#         -v data:/data:ro -v work:/srv/work --tmpfs /tmp -- PROG...
set -eu
[ "${1-}" = inside ] || exec unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child sh "$0" inside "$@"
shift
hostname ctr
ip link set lo up
echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range

. "${0%/*}/classic-furniture.sh"
umask=$(umask) && umask 0
here=$PWD
union "$here/upper:$here/rootfs"
kernel_files
devices
# A volume is a directory of the machine that is mounted once more. A bind takes no options, so it is mounted again with them.
# In this order for a moment all of it can be written to, which nobody is there to do.
mkdir -p -m 0755 data tmp srv/work
mount --rbind "$here/data" data
mount -o remount,bind,ro,nodev data
mount -t tmpfs -o nosuid,nodev,noexec,size=512M,mode=1777 tmpfs tmp
mount --rbind "$here/work" srv/work
mount -o remount,bind,nodev srv/work
covers "$(printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 ctr')"
# Nothing is to be made in the root any more. What is mounted in it has access of its own.
mount -o remount,bind,ro,nodev .
umask "$umask"
become --clear-groups --inh-caps=-all --bounding-set $usual -- "$@"
