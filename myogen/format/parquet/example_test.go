package parquet_test

import (
	"bytes"
	"fmt"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/parquet"
)

// Units are kept: pandas has them in a frame's attrs.
func ExampleEncode() {
	f := &frame.Frame{Columns: []frame.Column{
		{Name: "unit", Values: frame.Texts{"MN_0", "MN_1"}},
		{Name: "rate", Unit: "pps", Values: frame.Floats{8, 12.5}},
	}}
	var file bytes.Buffer
	if err := parquet.Encode(&file, f); err != nil {
		fmt.Println(err)
		return
	}
	back, err := parquet.Decode(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	rate, err := back.Column("rate")
	fmt.Println(rate.Values, rate.Unit, err)
	// Output:
	// [8 12.5] pps <nil>
}
