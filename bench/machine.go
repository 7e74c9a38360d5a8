package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A machine is what a reader must know of it to judge the figures; not which one it is.
type machine struct{ processor, kernel, load, versions, date string }

func look() machine {
	m := machine{processor: "unknown processor", versions: versions(), date: time.Now().Format("2 January 2006")}
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			m.processor = strings.TrimSpace(value)
			break
		}
	}
	var uts unix.Utsname
	if unix.Uname(&uts) == nil {
		// The first two numbers are the kernel's; what follows is whose build it is.
		m.kernel = strings.Join(strings.SplitN(unix.ByteSliceToString(uts.Release[:]), ".", 3)[:2], ".")
	}
	text, _ = os.ReadFile("/proc/loadavg")
	m.load, _, _ = strings.Cut(string(text), " ")
	return m
}

func (m machine) String() string {
	return fmt.Sprintf("- %s, %d cores, Linux %s; load %s at the start; %s\n- %s\n",
		m.processor, runtime.NumCPU(), m.kernel, m.load, m.date, m.versions)
}

// versions asks every peer of the tables once.
func versions() string {
	var lines []string
	seen := map[string]bool{}
	for _, t := range tables {
		for _, peer := range t.peers {
			program, _, _ := strings.Cut(peer.name, " ")
			if seen[program] {
				continue
			}
			seen[program] = true
			if out, err := exec.Command(program, "--version").Output(); err == nil {
				first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
				lines = append(lines, first)
			}
		}
	}
	return strings.Join(lines, ", ")
}
