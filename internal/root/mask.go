package root

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// masked is what Docker hides of /proc and /sys, and selinux and the switches of what the
// kernel logs: it tells of the machine's hardware, of the kernel's memory and of the keys
// and timers of everybody. Those with a slash at the end are directories.
var masked = strings.Fields(`
	/proc/acpi/ /proc/asound/ /proc/dynamic_debug/ /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats
	/proc/sched_debug /proc/scsi/ /proc/timer_list /proc/timer_stats
	/sys/devices/virtual/powercap/ /sys/firmware/ /sys/fs/selinux/`)

// locked is what Docker makes read-only: what is written there acts on the whole machine.
var locked = strings.Fields(`/proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger`)

// maskSystems covers what the kernel tells of the machine. The store is the working
// directory.
func (p *Pivot) maskSystems(r *recipe.Recipe) {
	for _, path := range masked {
		if !p.mounts(path) {
			continue
		}
		cover := coverFile
		target, isDir := strings.CutSuffix(path, "/")
		if isDir {
			cover = coverDir
		}
		//doc:mask
		// A /proc and a /sys tell of the machine what no container should know. That is
		// covered, where this kernel has it.
		r.Mount(cover, target, "", unix.MS_BIND, "").Tolerate(unix.ENOENT)
	}
	for _, path := range locked {
		if !p.mounts(path) {
			continue
		}
		//doc:lock
		// Only a mount can be read-only, so what must not be written to is bound onto
		// itself.
		r.Mount(path, path, "", unix.MS_BIND|unix.MS_REC, "").Tolerate(unix.ENOENT)
		// The kernel's settings are there for all of the machine.
		r.Mount("", path, "", unix.MS_REMOUNT|unix.MS_BIND|readOnly, "").Tolerate(unix.ENOENT)
	}
}

// mounts reports whether we mount the file system that a path is in.
func (p *Pivot) mounts(path string) bool {
	return p.Proc && strings.HasPrefix(path, "/proc/") || p.Sys && strings.HasPrefix(path, "/sys/")
}

// A mask covers a path that the user has named.
type mask struct {
	target    string
	file, dir recipe.Slot // what covers it, if it is a file, and if it is a directory
}

// takeMasks takes hold of what covers the paths that were named.
func (p *Pivot) takeMasks(r *recipe.Recipe) (masks []mask) {
	for i, target := range p.Mask {
		file := take(r, coverFile, fmt.Sprintf("null%d", i+1))
		masks = append(masks, mask{target, file, take(r, coverDir, fmt.Sprintf("empty%d", i+1))})
	}
	return masks
}

// attach covers the path, if it is there.
func (m *mask) attach(r *recipe.Recipe) {
	// Only a path that is there has to be covered.
	at := r.Openat2(m.target, unix.O_PATH|unix.O_CLOEXEC, unix.RESOLVE_NO_MAGICLINKS, m.target)
	// What is not there has nothing to hide.
	r.Last().Tolerate(unix.ENOENT, unix.ENOTDIR)
	// A file can be covered by a file only. What it is shows now, so both are tried.
	r.MoveMount(m.file, at, "").Tolerate(unix.EINVAL, unix.EBADF)
	// A directory can be covered by a directory only.
	r.MoveMount(m.dir, at, "").Tolerate(unix.EINVAL, unix.EBADF)
	for _, fd := range []recipe.Slot{m.file, m.dir, at} {
		// What has been attached does not need it, and what has not is gone.
		r.Close(fd).Tolerate(unix.EBADF)
	}
}
