package ctr

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"ctrkit/internal/ns"
	"ctrkit/internal/priv"
	"ctrkit/internal/proc"
)

// Privileges are what a container's program may do, as docker run has it. What is not
// asked for is given up.
type Privileges struct {
	User        priv.User        `short:"u" placeholder:"UID[:GID]|NAME[:GROUP]" help:"User and group to be (0:0). Names are those of /etc/passwd and /etc/group in the container."`
	GroupAdd    []priv.Group     `sep:"none" placeholder:"GROUP" help:"One more supplementary group. Repeatable, as are the next five."`
	CapAdd      []priv.Cap       `sep:"none" placeholder:"CAP" help:"Keep a capability beside the usual eleven, or ALL."`
	CapDrop     []priv.Cap       `sep:"none" placeholder:"CAP" help:"Keep one of them less, or with ALL only those of --cap-add."`
	SecurityOpt []SecurityOption `sep:"none" placeholder:"OPTION" help:"seccomp=FILE, a profile of the system calls that PROG may make; seccomp=unconfined, any; no-new-privileges=false, to let set-user-ID programs work."`
	Ulimit      []priv.Rlimit    `sep:"none" placeholder:"NAME=SOFT[:HARD]" help:"Resource limit, such as nofile=1024 or core=0:unlimited."`
	Sysctl      []ns.Sysctl      `sep:"none" placeholder:"NAME=VALUE" help:"Setting of the kernel that the container has for itself, such as net.ipv4.ip_forward=1."`
	Privileged  bool             `help:"Give nothing up, and hide nothing of /proc and /sys: PROG can do to the machine what root can."`
}

// drop is the last step: it gives up what the program is not to have.
func (c *Run) drop() *priv.Drop {
	drop := &priv.Drop{CapAdd: c.CapAdd, CapDrop: c.CapDrop, User: c.User, GroupAdd: c.GroupAdd, Rlimit: c.Ulimit}
	if c.Privileged {
		drop.Caps, drop.Seccomp, drop.NewPrivs = "all", "off", true
	}
	for _, option := range c.SecurityOpt {
		switch option.Name {
		case noNewPrivileges:
			drop.NewPrivs = option.Value == "false"
		case seccomp:
			drop.Seccomp = option.policy()
		}
	}
	drop.LookIn(c.seen()...)
	return drop
}

// profile is the file that says which system calls there are, if there is one.
func (c *Run) profile() (file string, ok bool) {
	switch policy := c.drop().Seccomp; policy {
	case "", "default", "off":
		return "", false
	default:
		return policy, true
	}
}

// sysctls are the settings of the container's namespaces.
func (c *Run) sysctls() []ns.Sysctl {
	if !c.ownNetwork() || proc.InUserNamespace() && !ordinary() || proc.SettingsLocked() {
		return c.Sysctl
	}
	return append([]ns.Sysctl{ping}, c.Sysctl...)
}

// ownNetwork reports whether the container has a network namespace that nobody else is in.
func (c *Run) ownNetwork() bool { return c.kind() == bridged || c.kind() == none }

// checkSysctls refuses what would be set for those whom the network is shared with.
func (c *Run) checkSysctls() error {
	for _, s := range c.Sysctl {
		if s.OfNetwork() && !c.ownNetwork() {
			return fmt.Errorf("set sysctl %s: with --network %s it would not be the container's alone", s.Name, c.Network.Network)
		}
		if s.OfIPC() && !private(c.Ipc) {
			return fmt.Errorf("set sysctl %s: with --ipc %s it would not be the container's alone", s.Name, c.Ipc)
		}
	}
	return nil
}

// ping lets all groups send echo requests, in the container's own network. Otherwise it
// takes CAP_NET_RAW, by which one can forge any packet.
var ping = ns.Sysctl{Name: "net.ipv4.ping_group_range", Value: "0 2147483647"}

// seen is what the container's root is made of, the topmost first. What is mounted deeper
// hides what is mounted above it, and the later of two mounts the earlier.
func (c *Run) seen() (layers []priv.Layer) {
	for _, volume := range c.Volume {
		layers = append(layers, priv.Layer{Dir: volume.Source, At: volume.Target})
	}
	for _, t := range c.Tmpfs {
		layers = append(layers, priv.Layer{At: t.Target})
	}
	slices.Reverse(layers)
	depth := func(l priv.Layer) int { return strings.Count(path.Clean(l.At), "/") }
	slices.SortStableFunc(layers, func(a, b priv.Layer) int { return depth(b) - depth(a) })
	for _, dir := range slices.Concat([]string{c.Upper, c.Rootfs, c.unpacked}, c.Layer) {
		if dir != "" {
			layers = append(layers, priv.Layer{Dir: dir, At: "/"})
		}
	}
	if !c.own() {
		layers = append(layers, priv.Layer{Dir: "/", At: "/"})
	}
	return layers
}

// notDone says what a privileged container goes without.
func (c *Run) notDone() []string {
	drop, not := c.drop(), []string{"nothing in /proc and /sys is hidden or read-only", "device nodes of the image are not disabled"}
	if len(drop.CapDrop) == 0 {
		not = append(not, "no capability is dropped")
	}
	if drop.NewPrivs {
		not = append(not, "new privileges are not ruled out")
	}
	if drop.Seccomp == "off" {
		not = append(not, "no filter of system calls is loaded")
	}
	return []string{
		"not done, because the container is privileged: " + strings.Join(not, "; "),
		"done all the same: its own namespaces, root and limits; descriptors are closed, and /dev has no disks",
	}
}

const (
	seccomp         = "seccomp"
	noNewPrivileges = "no-new-privileges"
)

// A SecurityOption is NAME=VALUE. As with docker run, a colon is as good as the equals sign.
type SecurityOption struct{ Name, Value string }

func (o SecurityOption) MarshalText() ([]byte, error) { return []byte(o.Name + "=" + o.Value), nil }

func (o *SecurityOption) UnmarshalText(text []byte) error {
	*o = SecurityOption{Name: string(text)}
	if i := strings.IndexAny(o.Name, "=:"); i >= 0 {
		o.Name, o.Value = o.Name[:i], o.Name[i+1:]
	}
	switch {
	case o.Name == noNewPrivileges && len(text) == len(noNewPrivileges):
		o.Value = "true"
	case o.Name == noNewPrivileges:
		on, err := strconv.ParseBool(o.Value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", o.Value)
		}
		o.Value = strconv.FormatBool(on)
	case o.Name != seccomp:
		return fmt.Errorf("no security option is called %q: there are seccomp and no-new-privileges", o.Name)
	case o.Value == "":
		return fmt.Errorf("%q names no profile: write seccomp=FILE or seccomp=unconfined", text)
	}
	return nil
}

// policy is what priv-drop calls the value of seccomp.
func (o SecurityOption) policy() string {
	switch o.Value {
	case "unconfined":
		return "off"
	case "builtin":
		return "default"
	case "off", "default":
		return "./" + o.Value // to docker it is a file like any other
	}
	return o.Value
}
