package main

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// draw makes a picture of a table: a bar for each peer, the fastest at the top, from 0 to its median. Ours are dark.
func draw(r report, file string) error {
	p := plot.New()
	p.Title.Text = "A container around /bin/true: median, in milliseconds"
	p.X.Min = 0
	rows := slowestFirst(r.rows)
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = row.peer.name
		bar, err := plotter.NewBarChart(plotter.Values{median(row.ms)}, vg.Points(12))
		if err != nil {
			return err
		}
		bar.Horizontal, bar.XMin, bar.LineStyle.Width = true, float64(i), 0
		bar.Color = color.Gray{Y: 190}
		if row.peer.ours() {
			bar.Color = color.RGBA{R: 20, G: 90, B: 150, A: 255}
		}
		p.Add(bar)
	}
	p.NominalY(names...)
	const height = 22 // of a bar with its space, in points
	return p.Save(16*vg.Centimeter, vg.Points(float64(height*len(rows)+60)), file)
}
