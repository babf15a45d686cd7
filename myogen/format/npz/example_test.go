package npz_test

import (
	"fmt"
	"os"
	"path/filepath"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// folder is a folder for files of an example.
func folder() string {
	dir, err := os.MkdirTemp("", "npz")
	if err != nil {
		panic(err)
	}
	return dir
}

func ExampleWriteBlock() {
	dir := folder()
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "results.npz")
	b := &neo.Block{Name: "contraction", Segments: []neo.Segment{{Name: "aMN", SpikeTrains: []neo.SpikeTrain{
		{Name: "MN_0", Times: []units.Time{120, 240}, TStop: 1 * units.S},
	}}}}
	if err := npz.WriteBlock(path, b); err != nil {
		fmt.Println(err)
		return
	}
	again, err := npz.ReadBlock(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Segments[0].SpikeTrains[0])
	fmt.Println(again.SpikeSHA256() == b.SpikeSHA256())
	// Output:
	// MN_0: 2 spikes in 0 ms .. 1 s
	// true
}

// A saved block is a set of arrays that numpy.load reads too.
func ExampleRead() {
	dir := folder()
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "arrays.npz")
	if err := npz.Write(path, npz.File{"rates": npz.Floats([]float64{8, 12.5}), "units": npz.Texts([]string{"pps", "pps"})}); err != nil {
		fmt.Println(err)
		return
	}
	f, err := npz.Read(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	rates, err := f.Floats("rates")
	fmt.Println(f.Names(), rates, err)
	// Output:
	// [rates units] [8 12.5] <nil>
}

func ExampleWriteArray() {
	dir := folder()
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "thresholds.npy")
	if err := npz.WriteArray(path, npz.Array{Shape: []int{2, 2}, Int: []int64{1, 2, 3, 4}}); err != nil {
		fmt.Println(err)
		return
	}
	a, err := npz.ReadArray(path)
	fmt.Println(a.Shape, a.Int, err)
	// Output:
	// [2 2] [1 2 3 4] <nil>
}

// A Reader refuses what is larger than its use can need, before it allocates.
func ExampleReader() {
	dir := folder()
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "large.npy")
	if err := npz.WriteArray(path, npz.Floats(make([]float64, 1000))); err != nil {
		fmt.Println(err)
		return
	}
	_, err := npz.Reader{MaxBytes: 800}.ReadArray(path)
	fmt.Println(err != nil)
	// Output:
	// true
}

// Rows are written as they come: memory does not grow with the file.
func ExampleRows() {
	dir := folder()
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "potentials.npy")
	rows, err := npz.CreateRows(path, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range [][]float64{{-70, -70}, {-69.5, -68}, {-69, -66}} {
		if err := rows.Append(row); err != nil {
			fmt.Println(err)
			rows.Discard()
			return
		}
	}
	if err := rows.Close(); err != nil {
		fmt.Println(err)
		return
	}
	a, err := npz.ReadArray(path)
	fmt.Println(a.Shape, a.Float, err)
	// Output:
	// [3 2] [-70 -70 -69.5 -68 -69 -66] <nil>
}

func ExampleArray_Numbers() {
	x, err := npz.Ints([]int64{1, 2, 3}).Numbers()
	fmt.Println(x, err)
	_, err = npz.Texts([]string{"a"}).Numbers()
	fmt.Println(err)
	// Output:
	// [1 2 3] <nil>
	// it holds text, not numbers
}
