package kernel_test

import (
	"gomyogen/kernel"
	"gomyogen/myogen/units"
)

func ExampleTableOf() {
	type row struct {
		Peak units.Rate `table:"Peak rate (pps)"`
		CV   float64
	}
	rows := []row{{45, 0.21}, {65, 0.187}}
	kernel.ShowTable(kernel.Must(kernel.TableOf(rows)))
	// Output:
	// Peak rate (pps)     CV
	//          45 pps  0.210
	//          65 pps  0.187
}
