package main

import "slices"

func median(xs []float64) float64 { return quantile(xs, 0.5) }

// quantile is the value below which a part q of the figures lies; between two of them, it is on the line from one to
// the other.
func quantile(xs []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(xs))
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// pairs combines the figures that two peers have of the same round.
func pairs(as, bs []float64, combine func(a, b float64) float64) (out []float64) {
	for i, a := range as {
		out = append(out, combine(a, bs[i]))
	}
	return out
}
