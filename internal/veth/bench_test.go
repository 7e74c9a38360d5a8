package veth

import (
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// BenchmarkCable is the cable alone, without a program being started: a bridge that is there is looked at, an address is
// found, and the cable is made and given its addresses, its route and lo.
func BenchmarkCable(b *testing.B) {
	if os.Geteuid() != 0 {
		b.Skip("needs root: network namespaces")
	}
	runtime.LockOSThread() // for ever: the thread is not fit for anything else afterwards
	newNetwork(b)
	host, err := openWire()
	if err != nil {
		b.Fatal(err)
	}
	if err := plugged(&Link{Bridge: "ctr0"}, host); err != nil {
		b.Fatal(err)
	}
	var times []time.Duration
	for b.Loop() {
		newNetwork(b)
		begin := time.Now()
		if err := plugged(&Link{Bridge: "ctr0"}, host); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(begin))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "us/cable")
	b.ReportMetric(float64(times[0].Microseconds()), "us/fastest")
}

// newNetwork puts this thread into a network namespace of its own. The one before is kept until the end: while the kernel
// takes one apart, nobody else can change networks.
func newNetwork(b *testing.B) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		b.Fatal(err)
	}
	network, err := netns.Get()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { network.Close() })
}

// plugged does what the tool does, in a namespace that is there.
func plugged(l *Link, host *wire) error {
	l.host = host
	r := recipe.New("veth-link")
	err := l.Plan(1)
	if err == nil {
		l.Open(r)
		err = l.Plug(r)
	}
	if err == nil {
		err = r.Run()
	}
	return err
}
