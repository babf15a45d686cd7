// Package frametest makes data frames for tests.
package frametest

import (
	"fmt"
	"math"

	"pgregory.net/rapid"

	"gomyogen/myogen/format/frame"
)

// Frames generates frames of all kinds of columns: odd names, units and texts,
// missing numbers and infinities, no rows at all.
func Frames() *rapid.Generator[*frame.Frame] {
	return rapid.Custom(func(t *rapid.T) *frame.Frame {
		f := &frame.Frame{Metadata: rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(t, "metadata")}
		if len(f.Metadata) == 0 {
			f.Metadata = nil
		}
		rows := rapid.IntRange(0, 20).Draw(t, "rows")
		for i := range rapid.IntRange(1, 5).Draw(t, "columns") {
			c := frame.Column{Name: fmt.Sprintf("%s%d", rapid.SampledFrom([]string{"z", "a b", "r\n", "[x]", `"q",`, "µ", "a;\tb", `;"`}).Draw(t, "name"), i)}
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 3}))
				c.Values = frame.Floats(rapid.SliceOfN(number, rows, rows).Draw(t, "floats"))
				c.Unit = rapid.SampledFrom([]string{"", "mV", "pps^2/Hz", "µS", `"`}).Draw(t, "unit")
			case 1:
				c.Values = frame.Ints(rapid.SliceOfN(rapid.Int64(), rows, rows).Draw(t, "ints"))
				c.Unit = rapid.SampledFrom([]string{"", "ms"}).Draw(t, "unit")
			case 2:
				c.Values = frame.Texts(rapid.SliceOfN(rapid.String(), rows, rows).Draw(t, "texts"))
			default:
				c.Values = frame.Bools(rapid.SliceOfN(rapid.Bool(), rows, rows).Draw(t, "bools"))
			}
			f.Columns = append(f.Columns, c)
		}
		return f
	})
}
