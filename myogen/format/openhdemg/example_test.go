package openhdemg_test

import (
	"fmt"

	"gomyogen/myogen/format/openhdemg"
)

func ExampleRead() {
	b, err := openhdemg.Read("testdata/emgfile.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range b.Segments[0].SpikeTrains {
		fmt.Println(t)
	}
	// Output:
	// MU_0: 25 spikes in 0 ms .. 2 s
	// MU_1: 20 spikes in 0 ms .. 2 s
	// MU_2: 9 spikes in 0 ms .. 2 s
}
