package ns

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/recipe"
)

// A Sysctl is a setting of the kernel, written NAME=VALUE. The parts of a name are divided
// by dots or, as sysctl(8) takes it too, by slashes; then a dot is part of a name.
type Sysctl struct{ Name, Value string }

func (s Sysctl) MarshalText() ([]byte, error) { return []byte(s.Name + "=" + s.Value), nil }

func (s *Sysctl) UnmarshalText(text []byte) error {
	name, value, ok := strings.Cut(string(text), "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is no setting: write NAME=VALUE, such as net.ipv4.ip_forward=1", text)
	}
	*s = Sysctl{name, value}
	for _, part := range s.parts() {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("%q is no name of a setting", name)
		}
	}
	return nil
}

// parts are those of the name. The first divider decides which kind it is.
func (s Sysctl) parts() []string {
	name := s.Name
	if i := strings.IndexAny(name, "./"); i >= 0 && name[i] == '.' {
		name = strings.NewReplacer(".", "/", "/", ".").Replace(name)
	}
	return strings.Split(name, "/")
}

// path is the file by which the kernel shows the setting.
func (s Sysctl) path() string { return "/proc/sys/" + strings.Join(s.parts(), "/") }

// ofIpc are the settings that an IPC namespace holds, beside those of message queues.
var ofIpc = strings.Fields("msgmax msgmnb msgmni sem shmall shmmax shmmni shm_rmid_forced")

// holder is the kind of namespace that has a setting of its own.
func (s Sysctl) holder() (kind namespace, ok bool) {
	parts := s.parts()
	in := func(dir ...string) bool { return len(parts) == len(dir)+1 && slices.Equal(parts[:len(dir)], dir) }
	switch last := parts[len(parts)-1]; {
	case parts[0] == "net" && len(parts) > 1:
		return namespace{name: "net", flag: unix.CLONE_NEWNET}, true
	case in("fs", "mqueue"), in("kernel") && slices.Contains(ofIpc, last):
		return namespace{name: "ipc", flag: unix.CLONE_NEWIPC}, true
	case in("kernel") && last == "domainname":
		return namespace{name: "uts", flag: unix.CLONE_NEWUTS}, true
	}
	return namespace{}, false
}

// checkSysctls refuses what would be set for the whole machine.
func (u *Unshare) checkSysctls() error {
	for _, s := range u.Sysctl {
		holder, ok := s.holder()
		switch {
		case s.path() == "/proc/sys/kernel/hostname":
			return &chain.Hinted{Err: fmt.Errorf("set sysctl %s: it is the host name", s.Name), Hint: "the option for it is --hostname"}
		case !ok:
			return &chain.Hinted{
				Err:  fmt.Errorf("set sysctl %s: it is the machine's, and no namespace has one of its own", s.Name),
				Hint: "namespaces have net.*, fs.mqueue.*, kernel.domainname, kernel." + strings.Join(ofIpc, ", kernel."),
			}
		case !u.has(holder.flag) && !s.OfNetwork():
			return needs(fmt.Sprintf("set sysctl %s: without --%s it would be the machine's", s.Name, holder.name), "--"+holder.name)
		}
	}
	return nil
}

// OfNetwork reports whether it is a network namespace that has the setting.
func (s Sysctl) OfNetwork() bool {
	holder, _ := s.holder()
	return holder.flag == unix.CLONE_NEWNET
}

// OfIPC reports whether it is an IPC namespace that has the setting.
func (s Sysctl) OfIPC() bool {
	holder, _ := s.holder()
	return holder.flag == unix.CLONE_NEWIPC
}

// Guard refuses to change the machine's network. In a chain, somebody before us may have
// made the namespace.
func (u *Unshare) Guard() error {
	i := slices.IndexFunc(u.Sysctl, Sysctl.OfNetwork)
	if i < 0 || u.has(unix.CLONE_NEWNET) {
		return nil
	}
	ours, err := os.Readlink("/proc/self/ns/net")
	if theirs, e := os.Readlink("/proc/1/ns/net"); err == nil && e == nil && ours != theirs {
		return nil
	}
	return needs(fmt.Sprintf("set sysctl %s: without --net it would be the machine's", u.Sysctl[i].Name), "--net")
}

// Settings records the settings of the new namespaces.
func (u *Unshare) Settings(r *recipe.Recipe) {
	for _, s := range u.Sysctl {
		//doc:sysctl
		// What a file in /proc/sys is about depends on who opens it: of many settings, each
		// namespace has its own. Those that it has not are the machine's, and refused above.
		file := r.Openat(s.path(), unix.O_WRONLY|unix.O_CLOEXEC, "sysctl")
		// The setting is that of our namespace from here on.
		r.Write(file, s.Value).About(s.path())
		// It is done.
		r.Close(file)
	}
}
