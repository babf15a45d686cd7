package frame_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// A table of recorded motor units, as a spreadsheet writes it, becomes spike
// trains.
func ExampleBlock() {
	table, err := frame.DecodeCSV(strings.NewReader("MU;Onset (s)\n1;0,5\n2;0,75\n1;0,625\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := frame.Block(table, frame.Options{Time: "Onset (s)"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range b.Segments[0].SpikeTrains {
		fmt.Println(t, t.Times)
	}
	// Output:
	// 1: 2 spikes in 0 ms .. 750 ms [500 ms 625 ms]
	// 2: 1 spikes in 0 ms .. 750 ms [750 ms]
}

// What a table does not say is asked for, not guessed.
func ExampleOptionError() {
	table, err := frame.DecodeCSV(strings.NewReader("unit,time\n1,1024\n1,2048\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = frame.Block(table, frame.Options{})
	fmt.Println(err)
	b, err := frame.Block(table, frame.Options{Rate: 2048 * units.Hz})
	fmt.Println(b.Segments[0].SpikeTrains[0].Times, err)
	// Output:
	// frame: column "time" does not say whether it is in s, ms or us: "time [s]" would
	// [500 ms 1 s] <nil>
}

// A unit stands behind its column's name.
func ExampleFrame_EncodeCSV() {
	f := frame.Frame{Columns: []frame.Column{
		{Name: "unit", Values: frame.Texts{"MN_0", "MN_1"}},
		{Name: "rate", Unit: "pps", Values: frame.Floats{8, 12.5}},
	}}
	if err := f.EncodeCSV(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// unit,rate [pps]
	// MN_0,8.0
	// MN_1,12.5
}

func ExampleSpikes() {
	b := &neo.Block{Segments: []neo.Segment{{Name: "aMN", SpikeTrains: []neo.SpikeTrain{
		{Name: "MN_0", Times: []units.Time{120, 240}, TStop: 1 * units.S},
	}}}}
	f, err := frame.Spikes(b)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := f.EncodeCSV(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// population,unit,time [ms]
	// aMN,MN_0,120.0
	// aMN,MN_0,240.0
}

// A table of a signal, as a spreadsheet or a script writes it.
func ExampleCSV_ReadBlock() {
	dir, err := os.MkdirTemp("", "frame-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "rate.csv")
	if err := os.WriteFile(path, []byte("time [s],rate [pps]\n0,40\n0.01,42\n0.02,45\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	block, err := frame.CSV{}.ReadBlock(path, frame.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(block.Segments[0].AnalogSignals[0])
	// Output:
	// rate: 3 samples in pps, every 10 ms from 0 ms
}
