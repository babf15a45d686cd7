//go:build !js

package kernel

import (
	"fmt"
	"strings"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/internal/wire"
	"gomyogen/kernel/value"
	"gomyogen/myogen"
)

// ShowValue returns a function that shows the value of a cell's last expression:
// a figure as Show does, a table as ShowTable does, an error as one line, anything
// else as text. Cells need not call it, the kernel does. With failing, the last value
// is the error of a call: it ends the cell as [Check] does.
//
//go:noinline
func ShowValue(failing bool) func(values ...any) {
	return func(values ...any) {
		if n := len(values); failing && n > 0 {
			if err, _ := values[n-1].(error); err != nil {
				fail(err, place())
			}
			values = values[:n-1]
		}
		var texts []string
		for _, v := range values {
			if kept, ok := v.(interface{ get() any }); ok {
				v = kept.get()
			}
			switch v := v.(type) {
			case chart.Figure:
				Show(v)
			case *chart.Figure:
				if v != nil {
					Show(*v)
				}
			case chart.Panel:
				Show(chart.Stack("", v))
			case []chart.Panel:
				Show(chart.Stack("", v...))
			case Table:
				ShowTable(v)
			case *Table:
				if v != nil {
					ShowTable(*v)
				}
			default:
				texts = append(texts, asText(v))
			}
		}
		if len(texts) > 0 {
			tell("text", strings.Join(texts, " "))
		}
	}
}

// get is [Value.Get] for a value of whatever type.
func (v *Value[T]) get() any { return v.Get() }

// asText returns a value as text.
func asText(v any) string {
	if r, ok := v.(*myogen.Result); ok && r != nil {
		v = r.Report().String()
	}
	return value.Text(v)
}

// ClearOutput removes what the cell has shown so far; with wait, not before it
// shows something new. It does nothing outside a notebook.
func ClearOutput(wait bool) {
	how := "now"
	if wait {
		how = "wait"
	}
	if wire.Notebook {
		tell("clear", how)
	}
}

// tell writes to standard output what the kernel takes out again. Outside a
// notebook it writes the text.
func tell(kind, text string) {
	if !wire.Notebook {
		fmt.Println(text)
		return
	}
	value.Tell(kind, text)
}
