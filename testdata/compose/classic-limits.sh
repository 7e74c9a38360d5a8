#!/bin/sh
# classic-limits.sh PROG...: limits, by echo into the files of a control group, in whichever version there is. It stands for
#     ctr-run --network none -m 64M --cpus 0.5 --pids-limit 60 --rootfs rootfs -- PROG...
set -eu

# group CONTROLLER: the directory of our own group in the tree that has this controller. In version 1 each has a tree, and the
# path in it stands in /proc/self/cgroup. In version 2 there is one tree, where a group with processes has none below it, so
# we go one up.
group() {
	if path=$(grep -E "^[0-9]+:([^:]*,)?$1(,[^:]*)?:" /proc/self/cgroup | cut -d : -f 3) && [ -n "$path" ]; then
		echo "/sys/fs/cgroup/$1/$path"
	else
		dirname "/sys/fs/cgroup/$(sed -n 's/^0:://p' /proc/self/cgroup)"
	fi
}
# limit CONTROLLER FILE-OF-2 VALUE FILE-OF-1 VALUE: as in limit memory memory.max 64M memory.limit_in_bytes 64M.
limit() {
	if [ -e "$(group "$1")/cgroup.subtree_control" ]; then
		echo "$3" >"$(group "$1")/$name/$2"
	else
		echo "$5" >"$(group "$1")/$name/$4"
	fi
}
if [ "${1-}" != inside ]; then
	name=classic-$$
	trees=$(for controller in memory cpu pids; do group $controller; done | sort -u)
	for tree in $trees; do
		mkdir "$tree/$name"
		for controller in cpu memory pids; do
			[ ! -e "$tree/cgroup.subtree_control" ] || echo +$controller >"$tree/cgroup.subtree_control"
		done
	done
	limit memory memory.max 64M memory.limit_in_bytes 64M
	limit cpu cpu.max '50000 100000' cpu.cfs_quota_us 50000
	limit pids pids.max 60 pids.max 60
	# The group is joined before the namespace is made, whose root it becomes. A group stays when its last process has
	# ended, so somebody must be left to remove it.
	status=0
	sh -c 'for tree in $1; do echo 0 >"$tree/$2/cgroup.procs"; done; shift 2; exec "$@"' sh "$trees" "$name" \
		unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child sh "$0" inside "$@" || status=$?
	for tree in $trees; do rmdir "$tree/$name"; done
	exit $status
fi
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
become --clear-groups --inh-caps=-all --bounding-set $usual -- "$@"
