package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A report is what came out of a table.
type report struct {
	table  table
	rows   []row
	absent []string
}

// A row is what came out of a peer: milliseconds, one figure per round.
type row struct {
	peer       peer
	namespaces string
	ms         []float64
}

// write puts the reports into a page of Markdown.
func write(machine machine, rounds int, reports []report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Side by side\n\n![the first table as a picture](RESULTS.svg)\n\n"+
		"Written by `make bench`. Whole processes, from fork to wait, stdout to /dev/null; %d rounds after a warm-up, every\n"+
		"peer once per round in random order. Times are medians in milliseconds. *Ratio* and *more* are medians of the ratios and\n"+
		"differences within a round: they mean something on a noisy machine, where the times do not.\n\n%s", rounds, machine)
	for _, r := range reports {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", r.table.title, r.table.about)
		b.WriteString("| peer | own namespaces | median | p10 to p90 | against | ratio | more | target |\n|---|---|--:|--:|---|--:|--:|---|\n")
		for _, row := range r.rows {
			b.WriteString(r.line(row))
		}
		if len(r.absent) > 0 {
			fmt.Fprintf(&b, "\nNot measured: %s.\n", strings.Join(r.absent, "; "))
		}
	}
	return b.String()
}

// line is one peer's line.
func (r report) line(row row) string {
	against, ratio, more, target := "", "", "", ""
	if other := r.reference(row.peer); other != nil {
		paired := median(pairs(row.ms, other.ms, func(a, b float64) float64 { return a / b }))
		against, ratio = other.peer.name, fmt.Sprintf("%.2f", paired)
		difference := median(pairs(row.ms, other.ms, func(a, b float64) float64 { return a - b }))
		more = fmt.Sprintf("%+.2f", difference)
		target = verdict("", paired, row.peer.atMost) + verdict("+", difference, row.peer.moreAtMost)
	}
	return fmt.Sprintf("| `%s` | %s | %.2f | %.2f to %.2f | %s | %s | %s | %s |\n", row.peer.name, row.namespaces,
		median(row.ms), quantile(row.ms, 0.1), quantile(row.ms, 0.9), against, ratio, more, target)
}

// slowestFirst are the rows by their medians, as a picture counts from below.
func slowestFirst(rows []row) []row {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(median(b.ms), median(a.ms)) })
	return rows
}

// ours reports whether a peer is one of our tools.
func (p peer) ours() bool { return strings.Contains(p.name, "ctr-run") }

// reference finds the row a peer is compared with; nil if it was not measured.
func (r report) reference(p peer) *row {
	name := p.against
	if name == "" {
		name = r.table.peers[0].name
	}
	i := slices.IndexFunc(r.rows, func(row row) bool { return row.peer.name == name })
	if i < 0 {
		return nil
	}
	return &r.rows[i]
}

// verdict says whether a figure is what we aim at, if we aim at one.
func verdict(sign string, figure, atMost float64) string {
	switch {
	case atMost == 0:
		return ""
	case figure <= atMost:
		return fmt.Sprintf("at most %s%.2f: met", sign, atMost)
	default:
		return fmt.Sprintf("at most %s%.2f: missed", sign, atMost)
	}
}

// differing names the kinds of namespace that only the first list has.
func differing(inside, outside []string) string {
	var kinds []string
	for _, ns := range inside {
		kind, _, _ := strings.Cut(ns, ":")
		if !slices.Contains(outside, ns) && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, " ")
}
