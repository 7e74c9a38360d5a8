# The furniture of a container, by mount(8) and its kind: the classic-*.sh have it in common. It is what ctr-run does unasked.
# Whoever calls these functions is in new namespaces already, and nothing of what is mounted here is seen outside.

# union LAYER[:LAYER...] OPTIONS: /mnt becomes a copy-on-write tree of layers, the topmost first. What is written goes to memory.
union() {
	mount -t tmpfs -o nosuid,nodev,size=512M,mode=0755 ufs-mount /mnt
	mkdir -m 0755 /mnt/tree /mnt/0 /mnt/0/upper /mnt/0/work
	mount -t overlay -o "nodev,lowerdir=$1,upperdir=/mnt/0/upper,workdir=/mnt/0/work" ufs-mount /mnt/tree
	mount --move /mnt/tree /mnt
	# Only a mount point can become the root, and only one that is not its parent's root either.
	mount --rbind /mnt /mnt
	cd /mnt
}

# kernel_files: /proc and /sys in the tree that we are in. What is written there acts on the whole machine.
kernel_files() {
	mkdir -p -m 0755 proc sys dev etc
	mount -t proc -o nosuid,nodev,noexec proc proc
	mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
	control_groups sys/fs/cgroup
}

# control_groups DIR: the trees of version 1 side by side, if there are any, and that of version 2. Each begins at our own
# group, because it is mounted in a cgroup namespace.
control_groups() {
	own=ro,nosuid,nodev,noexec
	two=$(awk '$9 == "cgroup2" || $8 == "cgroup2" { print $NF; exit }' /proc/self/mountinfo | sed 's/^r[wo],\{0,1\}//')
	if ! grep -q ' - cgroup .*,\(cpu\|memory\|pids\)' /proc/self/mountinfo; then
		mount -t cgroup2 -o "$own${two:+,$two}" cgroup2 "$1"
		return
	fi
	mount -t tmpfs -o nosuid,nodev,noexec,size=64k,mode=0755 tmpfs "$1"
	sed -n 's/.* - cgroup [^ ]* //p' /proc/self/mountinfo | grep -v name= | sed 's/^r[wo],//' | while read -r controllers; do
		mkdir -m 0755 "$1/$controllers"
		mount -t cgroup -o "$own,$controllers" cgroup "$1/$controllers"
	done
	if grep -q ' - cgroup2 ' /proc/self/mountinfo; then
		mkdir -m 0755 "$1/unified"
		mount -t cgroup2 -o "$own${two:+,$two}" cgroup2 "$1/unified"
	fi
	mount -o remount,bind,$own "$1"
}

# devices: a /dev with the eight devices that every program may have, and file systems that are new instances.
devices() {
	mount -t tmpfs -o nosuid,noexec,size=64k,mode=0755 tmpfs dev
	while read -r name major minor; do
		mknod -m 0666 "dev/$name" c "$major" "$minor"
	done <<-END
		null 1 3
		zero 1 5
		full 1 7
		random 1 8
		urandom 1 9
		tty 5 0
	END
	ln -s /proc/self/fd dev/fd
	ln -s /proc/self/fd/0 dev/stdin
	ln -s /proc/self/fd/1 dev/stdout
	ln -s /proc/self/fd/2 dev/stderr
	ln -s pts/ptmx dev/ptmx
	mkdir -m 0755 dev/pts dev/shm dev/mqueue
	mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
	mount -t tmpfs -o nosuid,noexec,size=64m,mode=1777 shm dev/shm
	mount -t mqueue -o nosuid,noexec mqueue dev/mqueue
}

# covers TEXT-OF-HOSTS [TEXT-OF-RESOLV.CONF]: what tells of the machine is covered, and what acts on it is read-only. The
# covers, and the texts of the container's own files, lie in memory, on a directory of the old root, and go with that.
covers() {
	mount -t tmpfs -o nosuid,noexec none /run
	mkdir -m 0555 /run/empty
	mknod -m 0666 /run/null c 1 3
	hostname >/run/0
	printf '%s\n' "$1" >/run/1
	[ -z "${2-}" ] || printf '%s\n' "$2" >/run/2
	chmod 0444 /run/[0-9]
	mount -o remount,bind,ro,nosuid,noexec /run
	for dir in proc/acpi proc/asound proc/dynamic_debug proc/scsi sys/devices/virtual/powercap sys/firmware sys/fs/selinux; do
		[ ! -d $dir ] || mount --bind /run/empty $dir
	done
	for file in interrupts kcore keys latency_stats sched_debug timer_list timer_stats; do
		[ ! -e proc/$file ] || mount --bind /run/null proc/$file
	done
	for path in proc/bus proc/fs proc/irq proc/sys proc/sysrq-trigger; do
		[ ! -e $path ] || { mount --rbind $path $path && mount -o remount,bind,ro,nosuid,nodev,noexec $path; }
	done
	number=0
	for file in hostname hosts resolv.conf; do
		[ ! -e /run/$number ] || { install -m 0644 /dev/null etc/$file && mount --bind /run/$number etc/$file; }
		number=$((number + 1))
	done
}

# usual is what is left of the capabilities: an execve gives root none that is not in the bounding set.
usual=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+sys_chroot,+setfcap

# become [OPTION-OF-SETPRIV...] -- PROG...: the tree that we are in becomes the root, the old one is put away, and then we are
# the program. From the pivot on, umount(8), env(1) and setpriv(1) are those of the new root.
become() {
	name=$(hostname)
	pivot_root . .
	umount -l .
	cd /
	exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOSTNAME="$name" HOME=/ \
		setpriv --no-new-privs "$@"
}
