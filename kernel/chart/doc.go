// Package chart describes figures as plain data: panels of lines, bands, bars,
// spike rasters and heat maps. Function kernel.Show shows one in a notebook,
// alive where scripts run and as a picture elsewhere; kernel.Save writes one to
// a file.
//
// A figure of signals and spikes over time is a few lines:
//
//	kernel.Show(chart.Stack("Drive and pool",
//		chart.Signals("Drive", drive),
//		chart.Spikes(chart.Active("Motor neurons", trains), trains, chart.Reds),
//		chart.Bins("Population rate", rate)))
//
// [Stack] takes the time axis from what the panels show. Any other figure is a
// literal of [Figure]:
//
//	kernel.Show(chart.Figure{
//		Title: "Firing rate over current",
//		X:     chart.Axis{Label: "Current", Unit: "nA"},
//		Panels: []chart.Panel{{
//			Y:      chart.Axis{Label: "Rate", Unit: "pps"},
//			Series: []chart.Series{chart.Line{X: current, Y: rate, Error: sem}},
//		}},
//	})
//
// Limits, ticks, colours and markers that are left out are chosen from the data.
// The panels of Stack can be changed in the same way as those of a literal.
//
// # Words
//
//   - A panel is one data area with its axes; a figure has panels below each other, or
//     side by side in [Figure.Columns].
//   - A frame is the panels of one run; a figure with frames shows one at a time,
//     with a slider to choose which.
//   - A series is what a panel shows: a [Line], [Band], [Bars], [Rule], [Raster] or
//     [HeatMap].
//   - A live figure reacts to mouse and keys; a still picture is what a page without
//     scripts shows in its place.
package chart
