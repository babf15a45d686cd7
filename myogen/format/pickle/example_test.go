package pickle_test

import (
	"fmt"

	"gomyogen/myogen/format/pickle"
)

// MyoGen's recruitment thresholds, without Python.
func ExampleReadFloats() {
	rt, err := pickle.ReadFloats("testdata/thresholds.pkl")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d thresholds from %.2f to %.2f\n", len(rt), rt[0], rt[len(rt)-1])
	// Output:
	// 100 thresholds from 0.01 to 1.00
}
