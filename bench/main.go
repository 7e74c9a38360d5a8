// bench times our tools beside other people's, in one sitting: each round runs every peer once, so whatever else the
// machine does meanwhile is done to all of them.
//
//	bench -bin bin -rounds 200 -o bench/RESULTS.md
//
// What is timed is what a user waits for: a whole process, from fork to wait. What is reported are medians, and medians
// of the ratios within a round, because two figures of one round share its weather.
//
// Everything happens in mount and network namespaces of the bench's own, whose files are on a tmpfs. They die with the
// process, so nothing is left even if it is killed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
)

// The main goroutine keeps the process's first thread. Namespaces belong to threads, so all that is done here and
// every child that is forked here is in those of the bench.
func init() { runtime.LockOSThread() }

// interrupted is looked at between two runs. A peer that is stopped half-way would leave its things behind.
var interrupted atomic.Bool

func main() {
	bin := flag.String("bin", "bin", "directory of our tools")
	rounds := flag.Int("rounds", 200, "rounds that count")
	warm := flag.Int("warm", 10, "rounds before those")
	out := flag.String("o", "", "file for the report, instead of stdout")
	from := flag.String("sink", "", "address to take in at what others send, instead")
	to := flag.String("send", "", "address to send a GiB to, instead")
	flag.Parse()
	if done, err := asked(); done {
		exit(err)
	}

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	go func() { <-signals; interrupted.Store(true) }()

	switch {
	case *from != "":
		exit(takeIn(*from))
	case *to != "":
		exit(send(*to))
	}
	exit(run(*bin, *out, *warm, *rounds))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(bin, out string, warm, rounds int) error {
	if os.Geteuid() != 0 {
		return errors.New("make namespaces: only root may; the peers are measured as root runs them")
	}
	if rounds < 1 {
		return fmt.Errorf("run %d rounds: there must be one", rounds)
	}
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	if out != "" {
		if out, err = filepath.Abs(out); err != nil {
			return err
		}
	}
	place, err := settle(bin)
	if err != nil {
		return err
	}
	machine := look()
	var reports []report
	for _, t := range tables {
		r, err := place.measure(t, warm, rounds)
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	text := write(machine, rounds, reports)
	if out == "" {
		_, err = os.Stdout.WriteString(text)
		return err
	}
	picture := strings.TrimSuffix(out, filepath.Ext(out)) + ".svg"
	return errors.Join(draw(reports[0], picture), os.WriteFile(out, []byte(text), 0o644))
}
