package nwb_test

import (
	"context"
	"fmt"

	"gomyogen/myogen/format/nwb"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// A recording with what is known of its session. The example has no output to
// compare, since it needs "go run ./install nwb".
func ExampleWrite() {
	b := &neo.Block{Segments: []neo.Segment{{Name: "TA", SpikeTrains: []neo.SpikeTrain{
		{Name: "MU_0", Times: []units.Time{500, 612.5}, TStop: 10 * units.S},
	}}}}
	err := nwb.Write(context.Background(), "recording.nwb", b, nwb.Session{
		Description: "Isometric contraction at 20 % of the maximum", Start: "2026-05-01T10:00:00+02:00",
		Subject: &nwb.Subject{ID: "P01", Species: "Homo sapiens", Sex: "F", Age: "P27Y"},
	})
	fmt.Println(err)
}

// What a run saved, with its report and experiment, for everyone who reads NWB.
func ExampleConvert() {
	fmt.Println(nwb.Convert(context.Background(), "results.npz", "results.nwb", nwb.Session{}))
}
