package cgroup

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/recipe"
)

// watching is the work of showing a group again and again. It ends with the group.
func (s *Stat) watching(g *group) recipe.Outside {
	return recipe.Outside{Name: "watch", Object: g.name, Do: func(int) error {
		interval, err := s.interval()
		screen := newScreen()
		before, since := &Figures{}, time.Now()
		for err == nil {
			now := figures(g)
			if g.vanished() {
				return nil // it was there when we began
			}
			if s.JSON {
				err = s.print(now)
			} else {
				err = screen.show(g.name, gauges(now, before, time.Since(since)))
			}
			before, since = now, time.Now()
			time.Sleep(interval)
		}
		return err
	}}
}

// A screen is where gauges are shown: a terminal, whose lines are drawn over, or a
// file, which gets one line more each time. No mode of the terminal is changed and no
// cursor hidden, so whatever signal ends us, nothing is to be put back.
type screen struct {
	width, height int // of the terminal, or 0 for a file
	drawn         int // lines
}

func newScreen() *screen {
	size, err := unix.IoctlGetWinsize(int(os.Stdout.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return &screen{}
	}
	s := &screen{width: int(size.Col), height: int(size.Row)}
	if s.width == 0 || s.height == 0 {
		s.width, s.height = 80, 24 // a terminal that nobody has told how large it is
	}
	return s
}

func (s *screen) show(title string, gauges []gauge) error {
	var lines []string
	for _, g := range gauges {
		lines = append(lines, g.name+" "+g.text())
	}
	if s.width == 0 {
		return show(strings.Join(lines, "  ") + "\n")
	}
	lines = []string{title}
	for _, g := range gauges {
		lines = append(lines, fmt.Sprintf("%-6s  %s  %s", g.name, g.bar(), g.text()))
	}
	lines = lines[:min(len(lines), s.height-1)]
	var b strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\x1b[J", s.drawn) // up to the first line, and clear from there
	}
	for _, line := range lines {
		letters := []rune(line)
		b.WriteString(string(letters[:min(len(letters), s.width)]) + "\n")
	}
	s.drawn = len(lines)
	return show(b.String())
}
