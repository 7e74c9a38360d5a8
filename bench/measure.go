package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a peer may take before it is taken to hang.
const patience = 20 * time.Second

// enter moves us into the world that a peer wants, and whatever we run from then on.
func (p *place) enter(peer peer) error {
	world := p.host
	if peer.unified {
		world = p.unified
	}
	if err := unix.Setns(world, unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("enter a mount namespace for %s: %w", peer.name, err)
	}
	return nil
}

// once runs a command line and says how long a user would have waited.
func (p *place) once(argv []string, stdout *os.File) (time.Duration, error) {
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return 0, errors.New("not installed")
	}
	attr := &syscall.ProcAttr{
		Dir: "/", Env: os.Environ(),
		Files: []uintptr{p.null.Fd(), stdout.Fd(), p.errors.Fd()},
		// In a process group of its own, so that ^C reaches us alone and the peer can tidy up.
		Sys: &syscall.SysProcAttr{Setpgid: true},
	}
	var status syscall.WaitStatus
	begin := time.Now()
	pid, err := syscall.ForkExec(path, argv, attr)
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", path, err)
	}
	alarm := time.AfterFunc(patience, func() { syscall.Kill(-pid, syscall.SIGKILL) })
	for err = syscall.EINTR; err == syscall.EINTR; {
		_, err = syscall.Wait4(pid, &status, 0, nil)
	}
	took := time.Since(begin)
	alarm.Stop()
	reap()
	if err != nil || status != 0 {
		return took, fmt.Errorf("status %#x after %v: %s", int(status), took.Round(time.Millisecond), p.lastError())
	}
	return took, nil
}

// reap takes leave of what earlier peers left behind and has ended since.
func reap() {
	for {
		if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err != nil || pid <= 0 {
			return
		}
	}
}

// lastError is the last line that any peer complained with.
func (p *place) lastError() string {
	text, _ := os.ReadFile(p.errors.Name())
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// output runs a command line for what it prints.
func (p *place) output(argv []string) (string, error) {
	f, err := os.CreateTemp(dir, "stdout")
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := p.once(argv, f); err != nil {
		return "", err
	}
	// The peer moved the offset that it shares with us.
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	text, err := io.ReadAll(f)
	return string(text), err
}

// measure runs a table. Peers that cannot be run are named in the report, with the reason.
func (p *place) measure(t table, warm, rounds int) (report, error) {
	r := report{table: t}
	var commands [][]string
	for _, peer := range t.peers {
		argv, row, err := p.prepare(t, peer)
		if err != nil {
			r.absent = append(r.absent, fmt.Sprintf("%s (%v)", peer.name, err))
			continue
		}
		commands = append(commands, argv)
		r.rows = append(r.rows, row)
	}
	// Our own garbage is left until later: collecting it would be timed as somebody's work.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	fewer := max(1, t.fewer)
	warm, rounds = max(1, warm/fewer), max(1, rounds/fewer)
	for round := range warm + rounds {
		// The order changes, because a peer's last work (the kernel takes a network namespace down in the
		// background) falls on whoever comes next.
		for _, i := range rand.Perm(len(commands)) {
			if interrupted.Load() {
				return r, errors.New("interrupted")
			}
			row := &r.rows[i]
			if err := p.enter(row.peer); err != nil {
				return r, err
			}
			took, err := p.timed(t, commands[i])
			if err != nil {
				return r, fmt.Errorf("%s, in round %d: %w", row.peer.name, round, err)
			}
			if round >= warm {
				row.ms = append(row.ms, took.Seconds()*1000)
			}
		}
	}
	return r, nil
}

// timed is one run that counts.
func (p *place) timed(t table, argv []string) (time.Duration, error) {
	if err := t.ready(p); err != nil {
		return 0, err
	}
	return p.once(argv, p.null)
}

// ready makes ready what a run of the table wants.
func (t table) ready(p *place) error {
	if t.before == nil {
		return nil
	}
	return t.before(p)
}

// prepare makes a peer's command line, and sees for itself that it works and which namespaces it makes: a peer that
// does less than it says is fast for no merit.
func (p *place) prepare(t table, peer peer) (argv []string, r row, err error) {
	if err := p.enter(peer); err != nil {
		return nil, r, err
	}
	if t.alone {
		if argv, err = peer.args(p); err == nil {
			err = t.ready(p)
		}
		if err == nil {
			_, err = p.once(argv, p.null)
		}
		return argv, row{peer: peer}, err
	}
	inside, err := p.namespaces(peer.args)
	if err != nil {
		return nil, r, err
	}
	outside, err := p.namespaces(before())
	if err != nil {
		return nil, r, err
	}
	argv, err = peer.args(p, t.prog...)
	return argv, row{peer: peer, namespaces: differing(inside, outside)}, err
}

// namespaces is what a program run in this way is in, as the kernel names it: "uts:[4026531838]" and so on.
func (p *place) namespaces(args func(*place, ...string) ([]string, error)) ([]string, error) {
	argv, err := args(p, "/bin/sh", "-c", "for n in /proc/self/ns/*; do readlink $n; done")
	if err != nil {
		return nil, err
	}
	text, err := p.output(argv)
	return strings.Fields(text), err
}
