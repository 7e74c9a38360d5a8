# Prints what a container looks like from inside, by /proc and busybox alone. Its arguments are printed too. What the shell
# itself changes now and then is left out.

section() { printf '\n# %s\n' "$1"; }

section arguments
for word; do printf '<%s>\n' "$word"; done

section process
busybox grep -Ev '^(Vm|Rss|Hugetlb|Threads|SigQ|nonvoluntary|voluntary|SigBlk|Mems_|Cpus_|State|FDSize|CoreDumping|THP|SpeculationI)' /proc/$$/status
echo "nice, scheduling: $(busybox cut -d ' ' -f 18,19,40,41 /proc/$$/stat)"
echo "session, group, terminal: $(busybox cut -d ' ' -f 5-8 /proc/$$/stat)"
for name in exe cwd root; do echo "$name: $(busybox readlink /proc/$$/$name)"; done
for name in oom_score_adj timerslack_ns personality loginuid coredump_filter; do
	[ -e /proc/$$/$name ] && echo "$name: $(busybox cat /proc/$$/$name)"
done
echo "umask: $(umask)"
echo "processes:" /proc/[0-9]*

section limits
busybox cat /proc/$$/limits

section environment
busybox tr '\0' '\n' </proc/$$/environ | busybox sort

section descriptors
for file in /proc/$$/fd/*; do echo "$file: $(busybox readlink "$file")"; done

section namespaces
for file in /proc/$$/ns/*; do busybox readlink "$file"; done

section names
busybox cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname

section settings
for file in net/ipv4/ip_forward net/ipv4/ping_group_range kernel/msgmax kernel/sem; do echo "$file: $(busybox cat /proc/sys/$file)"; done

section mounts
busybox cat /proc/$$/mountinfo

section cgroups
busybox cat /proc/$$/cgroup

# The files of a group that hold a limit, and not what was counted.
section limits of the group
busybox find /sys/fs/cgroup -maxdepth 2 -type f | busybox sort | busybox grep -E '[./](max|min|low|high|weight|.*limit.*|.*quota.*|.*period.*|shares|.*_device|cpus|mems)$' |
	busybox grep -Ev 'usage|kmem|/rdma' | while read -r file; do echo "$file: $(busybox cat "$file" 2>&1)"; done

section links
for link in /sys/class/net/*; do
	echo "$link: flags $(busybox cat "$link/flags") mtu $(busybox cat "$link/mtu") state $(busybox cat "$link/operstate")"
done
busybox cat /proc/net/if_inet6 /proc/net/route

section files
busybox stat -f -c '/ is %t with room for %b blocks of %s' /
for file in $(busybox find / -xdev -maxdepth 1) $(busybox find /dev); do
	echo "$file: $(busybox stat -c 'mode %f owner %u:%g device %t,%T' "$file") $(busybox readlink "$file")"
done
