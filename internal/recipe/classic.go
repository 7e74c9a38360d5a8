package recipe

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Same is the classic command that does the same, or "". It is made from the
// call's own arguments, so it cannot differ from them.
func (l *Line) Same() string {
	if l.outside != nil {
		return l.outside.Same
	}
	words := make([]string, len(l.args))
	for i, a := range l.args {
		words[i] = word(a.text())
	}
	switch l.name {
	case "unshare", "clone3":
		return classicUnshare(l)
	case "mount":
		return classicMount(words, uint64(l.args[3].word))
	case "umount2":
		return classicUmount(words[0], uint64(l.args[1].word))
	case "chdir":
		return "cd " + words[0]
	case "pivot_root":
		return "pivot_root " + words[0] + " " + words[1]
	case "mkdirat":
		return "mkdir -m " + words[2] + " " + words[1]
	case "fchownat":
		return "chown " + words[2] + ":" + words[3] + " " + words[1]
	case "symlinkat":
		return "ln -s " + words[0] + " " + words[2]
	case "mknodat":
		return classicMknod(words, uint64(l.args[3].word))
	case "setxattr":
		return "setfattr -n " + words[1] + " -v " + words[2] + " " + words[0]
	case "sethostname":
		return "hostname " + words[0]
	case "setdomainname":
		return "domainname " + words[0]
	case "umask":
		return "umask " + words[0]
	case "ioctl":
		return "ip link set " + l.object + " up"
	}
	return classicProperty(l, words)
}

// word is an argument as the shell wants it: without quotes where it can.
func word(text string) string {
	s, err := strconv.Unquote(text)
	if err != nil || s == "" || strings.ContainsAny(s, " \t\n\"'\\$`*?[]#~&;|<>(){}!") {
		return text
	}
	return s
}

func classicUmount(target string, flags uint64) string {
	if flags&unix.MNT_DETACH != 0 {
		return "umount --lazy " + target
	}
	return "umount " + target
}

func classicMknod(words []string, device uint64) string {
	if mode, ok := strings.CutPrefix(words[2], "S_IFREG|"); ok {
		return fmt.Sprintf("install -m %s /dev/null %s", mode, words[1])
	}
	return fmt.Sprintf("mknod -m %s %s c %d %d",
		strings.TrimPrefix(words[2], "S_IFCHR|"), words[1], unix.Major(device), unix.Minor(device))
}

func classicUnshare(l *Line) string {
	flags := uint64(l.args[0].word)
	options := ""
	if request, ok := l.args[0].keep.(*cloneArgs); ok {
		flags, options = request.Flags, " --fork"
	}
	for _, kind := range strings.Split(strings.TrimSuffix(kinds(flags), " namespace"), ",") {
		if kind != "child" {
			options += " --" + kind
		}
	}
	if options == " --fork" {
		return "" // any program that starts another does this
	}
	return "unshare" + options
}

func classicMount(words []string, flags uint64) string {
	source, target, fstype, data := words[0], words[1], words[2], words[4]
	for _, propagation := range []flag{
		{unix.MS_PRIVATE, "private"},
		{unix.MS_SLAVE, "slave"},
		{unix.MS_SHARED, "shared"},
		{unix.MS_UNBINDABLE, "unbindable"},
	} {
		if flags&propagation.bit != 0 {
			return "mount --make-" + recursive(flags) + propagation.name + " " + target
		}
	}
	switch {
	case flags&unix.MS_MOVE != 0:
		return "mount --move " + source + " " + target
	case flags&unix.MS_BIND != 0 && flags&unix.MS_REMOUNT == 0:
		return "mount --" + recursive(flags) + "bind " + source + " " + target
	}
	options := mountOptions(flags, data)
	if options != "" {
		options = " -o " + options
	}
	if flags&unix.MS_REMOUNT != 0 {
		return "mount" + options + " " + target
	}
	return "mount -t " + fstype + options + " " + source + " " + target
}

func recursive(flags uint64) string {
	if flags&unix.MS_REC != 0 {
		return "r"
	}
	return ""
}

// mountOptions are the flags of mount(2) as mount(8) has them after -o.
func mountOptions(flags uint64, data string) string {
	var options []string
	for _, option := range []flag{
		{unix.MS_REMOUNT, "remount"},
		{unix.MS_BIND, "bind"},
		{unix.MS_RDONLY, "ro"},
		{unix.MS_NOSUID, "nosuid"},
		{unix.MS_NODEV, "nodev"},
		{unix.MS_NOEXEC, "noexec"},
		{unix.MS_NOATIME, "noatime"},
		{unix.MS_RELATIME, "relatime"},
	} {
		if flags&option.bit != 0 {
			options = append(options, option.name)
		}
	}
	if data != "NULL" {
		options = append(options, data)
	}
	return strings.Join(options, ",")
}
