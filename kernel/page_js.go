package kernel

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/live"
	"gomyogen/kernel/chart/render"
	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// This file is package kernel in a published page: [Interact] alone, in a program
// that a worker of the page runs once for each change of a slider. Its arguments are
// the name of a cell and a JSON list of the sliders' positions, or null to ask for the
// sliders. It answers with messages to the page, and stays to give the run's data.

// Page runs the cell of a published page that the arguments name.
func Page(cells map[string]func()) {
	// There is one thread, which while it collects garbage also pays for each pointer
	// that is written. A run of seconds leaves little.
	debug.SetGCPercent(400)
	run := cells[os.Args[1]]
	if run == nil {
		post("error", "the page has no cell "+os.Args[1])
		return
	}
	run()
}

// post sends a message to the page.
func post(kind string, value any) { js.Global().Call("postMessage", []any{kind, value}) }

// Check ends the cell if err is not nil.
func Check(err error) {
	if err != nil {
		post("error", err.Error())
		os.Exit(1)
	}
}

// Must returns the value, or ends the cell if err is not nil.
func Must[T any](value T, err error) T {
	Check(err)
	return value
}

// Interact draws the figure of the positions that the page asks for, and returns
// their values.
func Interact(i Interaction, draw func(ctx context.Context, values []float64) (chart.Figure, error)) []float64 {
	Check(i.check())
	set := firstSetting(i.Sliders)
	var at []int
	Check(json.Unmarshal([]byte(os.Args[2]), &at))
	if at == nil {
		text, err := json.Marshal(set.knobs())
		Check(err)
		post("knobs", string(text))
		return set.values()
	}
	if len(at) != len(set.at) {
		Check(fmt.Errorf("there are %d values for %d sliders", len(at), len(set.at)))
	}
	set = set.moved(at)
	var runs []run
	last := time.Now()
	ctx := myogen.Observe(context.Background(), myogen.Observer{
		Progress: func(done, total units.Time) {
			if time.Since(last) > 50*time.Millisecond || done >= total {
				last = time.Now()
				post("progress", float64(done/total))
			}
		},
		Done: func(e myogen.Experiment, r *myogen.Result) {
			runs = append(runs, run{e, r.Block})
			post("spikes", r.Block.SpikeSHA256())
		},
	})
	figure, err := draw(ctx, set.values())
	Check(err)
	figure.Title = strings.TrimSpace(figure.Title + " (" + set.text() + ")")
	prepared, err := render.Job{Figure: figure, As: "html"}.Prepare()
	Check(err)
	data, err := live.PackStored(prepared.Scene)
	Check(err)
	post("words", prepared.Words())
	post("title", figure.Title)
	post("figure", array(data))
	serve(runs)
	return set.values()
}

// run is a run of the last figure.
type run struct {
	experiment myogen.Experiment
	block      *neo.Block
}

// serve gives the data of the last run as files, as often as the page asks.
func serve(runs []run) {
	if len(runs) == 0 {
		return
	}
	last := runs[len(runs)-1]
	asked := make(chan string)
	js.Global().Set("myogenFile", js.FuncOf(func(_ js.Value, args []js.Value) any {
		kind := args[0].String()
		go func() { asked <- kind }()
		return nil
	}))
	post("ready", nil)
	for kind := range asked {
		var data []byte
		var err error
		switch kind {
		case "yaml":
			var text string
			text, err = last.experiment.YAML()
			data = []byte(text)
		case "csv":
			data = spikeTable(last.block)
		case "npz":
			var b bytes.Buffer
			err = npz.EncodeBlock(&b, last.block)
			data = b.Bytes()
		default:
			err = fmt.Errorf("a page has no %s file", kind)
		}
		if err != nil {
			post("error", err.Error())
			continue
		}
		post("file", []any{kind, array(data)})
	}
}

// spikeTable returns the spikes as a table: population, cell and time in ms.
func spikeTable(b *neo.Block) []byte {
	var out bytes.Buffer
	table := csv.NewWriter(&out)
	table.Write([]string{"population", "cell", "time_ms"})
	for _, s := range b.Segments {
		for i, train := range s.SpikeTrains {
			for _, t := range train.Times {
				table.Write([]string{s.Name, strconv.Itoa(i), strconv.FormatFloat(float64(t), 'g', -1, 64)})
			}
		}
	}
	table.Flush() // a buffer takes everything
	return out.Bytes()
}

func array(data []byte) js.Value {
	a := js.Global().Get("Uint8Array").New(len(data))
	js.CopyBytesToJS(a, data)
	return a
}
