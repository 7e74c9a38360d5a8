package filter

import "golang.org/x/sys/unix"

// A purpose is what calls are for. They are allowed to whoever has one of the capabilities;
// where none is named, to everybody.
type purpose struct {
	why  string
	caps []int
	able string // the calls
}

// purposes is the default allow-list. What is in it is used by ordinary programs, and is
// either confined by namespaces or checked by the kernel for each object. What is not in it
// acts on the whole machine (clocks, modules, swap, quotas), is not divided by namespaces
// (keys, accounting), is a door to parts of the kernel that had many holes (bpf, perf,
// userfaultfd, io_uring), or is a leftover that nothing uses.
var purposes = []purpose{
	{why: "files: open, read and write", able: `
		open openat openat2 creat close close_range read pread64 readv preadv preadv2 write pwrite64 writev pwritev
		pwritev2 lseek sendfile splice tee vmsplice copy_file_range readahead fadvise64 fallocate truncate ftruncate
		sync syncfs fsync fdatasync sync_file_range dup dup2 dup3 fcntl flock pipe pipe2 memfd_create memfd_secret`},
	{why: "files: names, owners, permissions and times", able: `
		access faccessat faccessat2 stat fstat lstat newfstatat statx statfs fstatfs statmount listmount readlink readlinkat
		getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat
		symlink symlinkat mknod mknodat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask
		utime utimes futimesat utimensat getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat
		listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat
		file_getattr file_setattr name_to_handle_at`},
	{why: "waiting for events", able: `
		poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait
		epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime
		inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark
		io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents`},
	{why: "memory", able: `
		brk mmap munmap mremap mprotect madvise msync mincore mlock mlock2 munlock mlockall munlockall mseal
		remap_file_pages membarrier pkey_alloc pkey_free pkey_mprotect map_shadow_stack cachestat`},
	{why: "processes and threads", able: `
		fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill pidfd_open pidfd_send_signal process_mrelease
		getpid getppid gettid getpgid getpgrp getsid setpgid setsid set_tid_address set_robust_list get_robust_list rseq
		rseq_slice_yield futex futex_wait futex_wake futex_waitv futex_requeue restart_syscall uretprobe
		arch_prctl modify_ldt set_thread_area get_thread_area`},
	{why: "signals", able: `
		rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo
		rt_sigreturn sigaltstack pause`},
	{why: "scheduling and limits", able: `
		sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam
		sched_getscheduler sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval
		getpriority setpriority ioprio_get ioprio_set getrlimit setrlimit prlimit64 getrusage times getcpu`},
	{why: "time; adjtimex only reads without CAP_SYS_TIME", able: `
		time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep adjtimex clock_adjtime alarm getitimer setitimer
		timer_create timer_settime timer_gettime timer_getoverrun timer_delete`},
	{why: "who one is, and giving it up", able: `
		getuid geteuid getresuid getgid getegid getresgid getgroups setuid setreuid setresuid setfsuid setgid setregid
		setresgid setfsgid setgroups capget capset prctl seccomp
		landlock_create_ruleset landlock_add_rule landlock_restrict_self`},
	{why: "sockets; of what family is asked below", able: `
		socketpair bind listen accept accept4 connect getsockname getpeername getsockopt setsockopt shutdown
		sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg`},
	{why: "System V and POSIX IPC, which a namespace divides", able: `
		shmget shmat shmdt shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl
		mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr`},
	{why: "about the machine", able: `uname sysinfo getrandom`},
	{
		why:  "looking into processes that one could become anyway; since Linux 4.8 a tracer cannot dodge the filter",
		able: `ptrace process_vm_readv process_vm_writev`,
	},
	{why: "opening files by handle, past the permissions of directories", caps: []int{unix.CAP_DAC_READ_SEARCH}, able: `open_by_handle_at`},
	{why: "mounts, namespaces and other work on the system", caps: []int{unix.CAP_SYS_ADMIN}, able: `
		mount umount2 mount_setattr move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick unshare setns
		sethostname setdomainname quotactl quotactl_fd fanotify_init lookup_dcookie listns`},
	{why: "programs in the kernel", caps: []int{unix.CAP_SYS_ADMIN, unix.CAP_BPF}, able: `bpf`},
	{why: "measuring", caps: []int{unix.CAP_SYS_ADMIN, unix.CAP_PERFMON}, able: `perf_event_open`},
	{why: "the kernel's log", caps: []int{unix.CAP_SYS_ADMIN, unix.CAP_SYSLOG}, able: `syslog`},
	{why: "restarting the machine", caps: []int{unix.CAP_SYS_BOOT}, able: `reboot`},
	{why: "another root directory", caps: []int{unix.CAP_SYS_CHROOT}, able: `chroot`},
	{why: "kernel modules", caps: []int{unix.CAP_SYS_MODULE}, able: `init_module finit_module delete_module`},
	{why: "accounting", caps: []int{unix.CAP_SYS_PACCT}, able: `acct`},
	{why: "looking into other processes", caps: []int{unix.CAP_SYS_PTRACE}, able: `kcmp pidfd_getfd process_madvise`},
	{why: "hardware", caps: []int{unix.CAP_SYS_RAWIO}, able: `iopl ioperm`},
	{why: "setting the clock", caps: []int{unix.CAP_SYS_TIME}, able: `settimeofday clock_settime`},
	{why: "hanging up a terminal", caps: []int{unix.CAP_SYS_TTY_CONFIG}, able: `vhangup`},
	{why: "which memory pages are on", caps: []int{unix.CAP_SYS_NICE}, able: `get_mempolicy set_mempolicy set_mempolicy_home_node mbind`},
}
