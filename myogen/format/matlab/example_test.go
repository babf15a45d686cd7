package matlab_test

import (
	"context"
	"fmt"

	"gomyogen/myogen/format/matlab"
)

// The discharges of a file of MUedit's: samples, of which the file says the rate.
// The example has no output to compare, since it needs "go run ./install nwb".
func ExampleRead() {
	b, err := matlab.Read(context.Background(), "testdata/v73.mat", matlab.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, grid := range b.Segments {
		fmt.Println(grid.Name, grid.SpikeTrains)
	}
}
