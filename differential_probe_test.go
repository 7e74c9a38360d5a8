package ctrkit_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
)

// lookAround is what the program of a pair does. It is a script for any shell, and prints what differs between two ways
// into a namespace if anything does.
const lookAround = `
echo "arguments: <$1> <$2> $#"
[ $$ = 1 ] && echo "pid 1" || echo "some other pid"
grep -E '^(Umask|Uid|Gid|Groups|NSpid|NSsid|Cap|NoNewPrivs|Seccomp:|Sig(Blk|Ign))' /proc/self/status
readlink /proc/self/ns/* /proc/self/root /proc/self/cwd
cd /proc/self
tail -n +1 uid_map gid_map setgroups timens_offsets cgroup limits ../uptime ../1/comm \
	../sys/kernel/hostname ../sys/kernel/domainname mountinfo
sed -n 's/^ *\([^ ]*\):.*/link \1/p' net/dev | sort
ls fd
env -u PWD -u OLDPWD -u _ -u SHLVL | grep -v ^CTRKIT_ | sort
`

var (
	nspid  = regexp.MustCompile(`(?m)^(NSpid|NSsid):(.*)$`)
	uptime = regexp.MustCompile(`(?m)^([0-9]+)\.[0-9]+ [0-9.]+$`)
	kept   = regexp.MustCompile(`(?m)( \w+:)\[\d+\] `)
)

// settled leaves out of what a program sees the numbers that are others each time, and keeps what they tell: how many pid
// namespaces there are, and how far the clock was moved.
func settled(text string) string {
	text = nspid.ReplaceAllStringFunc(text, func(line string) string {
		name, pids, _ := strings.Cut(line, ":")
		list := strings.Fields(pids)
		for i, pid := range list {
			if pid != "0" && pid != "1" {
				list[i] = "N"
			}
		}
		return name + ": " + strings.Join(list, " ")
	})
	text = kept.ReplaceAllString(text, "$1[N] ")
	return uptime.ReplaceAllStringFunc(text, func(line string) string {
		inside, _ := strconv.Atoi(uptime.FindStringSubmatch(line)[1])
		const accuracy = 100 // seconds; tests move clocks by thousands
		return "uptime: moved by " + strconv.Itoa((inside-hostUptime()+accuracy/2)/accuracy*accuracy)
	})
}

func hostUptime() int {
	text, _ := os.ReadFile("/proc/uptime")
	whole, _, _ := strings.Cut(string(text), ".")
	seconds, _ := strconv.Atoi(whole)
	return seconds
}
