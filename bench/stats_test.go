package main

import "testing"

func TestQuantile(t *testing.T) {
	xs := []float64{4, 1, 3, 2, 5}
	for q, want := range map[float64]float64{0: 1, 0.5: 3, 0.9: 4.6, 1: 5} {
		if got := quantile(xs, q); got != want {
			t.Errorf("quantile %v of %v is %v, not %v", q, xs, got, want)
		}
	}
	if got := median([]float64{1, 2}); got != 1.5 {
		t.Errorf("the median of 1 and 2 is %v", got)
	}
}

// A machine that slows down over the rounds makes medians of times useless, and those of ratios not.
func TestPairedRatios(t *testing.T) {
	ours := []float64{1, 2, 4, 8}
	theirs := []float64{2, 4, 8, 16}
	if got := median(pairs(ours, theirs, func(a, b float64) float64 { return a / b })); got != 0.5 {
		t.Errorf("half the time in every round is a ratio of %v", got)
	}
}

func TestVerdict(t *testing.T) {
	for ratio, want := range map[float64]string{0.8: "at most 0.80: met", 0.81: "at most 0.80: missed"} {
		if got := verdict("", ratio, 0.8); got != want {
			t.Errorf("a ratio of %v is %q", ratio, got)
		}
	}
}

func TestDiffering(t *testing.T) {
	inside := []string{"uts:[2]", "mnt:[1]", "pid:[3]", "pid:[3]"}
	if got := differing(inside, []string{"uts:[1]", "mnt:[1]", "pid:[1]"}); got != "uts pid" {
		t.Errorf("the namespaces of its own are %q", got)
	}
}
