package pack

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/ufs/layer"
)

// A bar says on a terminal how far an archive is read, a few times a second. To anybody
// else it says nothing.
type bar struct {
	source *layer.Source
	began  time.Time
	quit   chan struct{}
	done   chan struct{}
}

func newBar(s *layer.Source) *bar {
	if _, err := unix.IoctlGetTermios(int(os.Stderr.Fd()), unix.TCGETS); err != nil {
		return nil
	}
	b := &bar{s, time.Now(), make(chan struct{}), make(chan struct{})}
	go b.run()
	return b
}

func (b *bar) run() {
	defer close(b.done)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			fmt.Fprint(os.Stderr, "\r"+b.line()+"\x1b[K")
		case <-b.quit:
			fmt.Fprint(os.Stderr, "\r\x1b[K")
			return
		}
	}
}

// line is the bar with the bytes read, and the rate.
func (b *bar) line() string {
	const width = 30
	read, mega := b.source.Read.Load(), float64(1<<20)
	rate := float64(read) / mega / time.Since(b.began).Seconds()
	if b.source.Size == 0 {
		return fmt.Sprintf("%.1f MiB  %.1f MiB/s", float64(read)/mega, rate)
	}
	full := int(min(read, b.source.Size) * width / b.source.Size)
	picture := fmt.Sprintf("%-*s", width, strings.Repeat("#", full))
	return fmt.Sprintf("[%s] %.1f of %.1f MiB  %.1f MiB/s", picture, float64(read)/mega, float64(b.source.Size)/mega, rate)
}

// end wipes the bar away.
func (b *bar) end() {
	if b != nil {
		close(b.quit)
		<-b.done
	}
}
