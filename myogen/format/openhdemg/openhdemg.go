// Package openhdemg reads the files of the Python package openhdemg (Valli et
// al. 2024, J Electromyogr Kinesiol 74:102850): JSON, compressed by gzip.
package openhdemg

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"gomyogen/myogen/format/internal/inorder"
	"gomyogen/myogen/format/internal/regular"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Bounds of what a file may grow to, in bytes: maxBytes, and maxRatio times the file or
// smallBytes. The binary firings, almost all of them 0, have a ratio of a hundred and more.
const (
	maxBytes   = 2 << 30
	smallBytes = 32 << 20
	maxRatio   = 300
)

// Bounds of what it may hold: a list of JSON takes up to 40 times its text in memory.
const (
	maxParts  = 1000    // members
	maxLists  = 1 << 20 // lists and objects in a member that is read: motor units, rows
	maxValues = 1 << 26
)

// Read reads the discharge times (MUPULSES) and the reference signal (REF_SIGNAL)
// of the file at path: a block of one segment, "units", whose trains span the
// recording.
func Read(path string) (*neo.Block, error) {
	file, _, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("openhdemg: %w", err)
	}
	defer file.Close()
	b, err := Decode(file)
	if err != nil {
		return nil, fmt.Errorf("openhdemg: %s: %w", path, err)
	}
	return b, nil
}

// Decode reads a file; see [Read].
func Decode(r io.Reader) (*neo.Block, error) {
	packed := &counter{r: r}
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, fmt.Errorf("not a file of openhdemg: %w", err)
	}
	text, err := io.ReadAll(&unpacked{z: z, packed: packed})
	if err != nil {
		return nil, err
	}
	members, err := split(text)
	if err != nil {
		return nil, fmt.Errorf("not a file of openhdemg: %w", err)
	}
	return block(members)
}

// counter counts the bytes that were read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// unpacked is the text of a file, as far as it is within the bounds.
type unpacked struct {
	z      io.Reader
	packed *counter
	n      int64
}

func (u *unpacked) Read(b []byte) (int, error) {
	n, err := u.z.Read(b)
	u.n += int64(n)
	if most := min(maxBytes, max(smallBytes, maxRatio*u.packed.n)); u.n > most {
		return 0, fmt.Errorf("it grows to more than %d bytes, the limit of its size", most)
	}
	return n, err
}

// bounded returns an error if JSON has more values, lists or objects than allowed. It
// counts those within texts, too, which are few.
func bounded(text []byte, lists, values int) error {
	if n := bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{")); n > lists {
		return fmt.Errorf("it has %d lists, must have at most %d", n, lists)
	}
	if n := bytes.Count(text, []byte(",")); n > values {
		return fmt.Errorf("it has %d values, must have at most %d", n, values)
	}
	return nil
}

// split returns the members of a file by name. A file is an object, or a list of
// texts each of which is an object of one member in JSON.
func split(text []byte) (map[string]json.RawMessage, error) {
	members := map[string]json.RawMessage{}
	d := json.NewDecoder(bytes.NewReader(text))
	if first, err := d.Token(); err != nil || first != json.Delim('[') {
		return members, json.Unmarshal(text, &members)
	}
	var parts []string
	for d.More() {
		var part string
		if err := d.Decode(&part); err != nil {
			return nil, err
		}
		if parts = append(parts, part); len(parts) > maxParts {
			return nil, fmt.Errorf("it has more than %d members", maxParts)
		}
	}
	if _, err := d.Token(); err != nil { // the end of the list
		return nil, err
	}
	for _, part := range parts {
		var m map[string]json.RawMessage
		if err := json.Unmarshal([]byte(part), &m); err == nil {
			for name, x := range m {
				members[name] = x
			}
			continue
		}
		// MUPULSES alone have no name.
		if _, twice := members["MUPULSES"]; twice {
			return nil, errors.New("two lists could be MUPULSES")
		}
		members["MUPULSES"] = json.RawMessage(part)
	}
	return members, nil
}

// decode reads a member. Since version 0.1 each is JSON in a text; before, frames
// of pandas alone were.
func decode(members map[string]json.RawMessage, name string, to any) error {
	raw, ok := members[name]
	if !ok {
		return fmt.Errorf("%s is missing", name)
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	if err := bounded(raw, maxLists, maxValues); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := json.Unmarshal(bytes.ReplaceAll(raw, []byte("NaN"), []byte("null")), to); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func block(members map[string]json.RawMessage) (*neo.Block, error) {
	if members["MUPULSES"] == nil && members["REF_SIGNAL"] != nil && members["EMG_LENGTH"] == nil {
		return nil, errors.New("it holds a reference signal alone, and no discharge times (MUPULSES)")
	}
	var rate, length float64
	if err := errors.Join(decode(members, "FSAMP", &rate), decode(members, "EMG_LENGTH", &length)); err != nil {
		return nil, err
	}
	if !(rate > 0) || rate > 1e9 {
		return nil, fmt.Errorf("FSAMP is %v, must be above 0", rate)
	}
	if !(length >= 0) || length > 1<<40 || length != math.Trunc(length) {
		return nil, fmt.Errorf("EMG_LENGTH is %v, must be a whole number", length)
	}
	var pulses [][]float64
	if err := decode(members, "MUPULSES", &pulses); err != nil {
		return nil, err
	}
	at := func(sample float64) units.Time { return units.Time(sample / rate * 1000) }
	segment := neo.Segment{Name: "units"}
	for i, samples := range pulses {
		t := neo.SpikeTrain{Name: fmt.Sprintf("MU_%d", i), TStop: at(length), SamplingPeriod: units.Time(1000 / rate), Times: []units.Time{}}
		for j, x := range samples {
			if x < 0 || x >= length || x != math.Trunc(x) {
				return nil, fmt.Errorf("MUPULSES: unit %d, discharge %d is sample %v of %v", i, j, x, length)
			}
			t.Times = append(t.Times, at(x))
		}
		segment.SpikeTrains = append(segment.SpikeTrains, t)
	}
	if _, ok := members["REF_SIGNAL"]; ok {
		values, err := firstColumn(members, "REF_SIGNAL", int(length))
		if err != nil {
			return nil, err
		}
		if len(values) > 0 {
			segment.AnalogSignals = append(segment.AnalogSignals, neo.AnalogSignal{Name: "REF_SIGNAL", SamplingPeriod: units.Time(1000 / rate), Values: values})
		}
	}
	b := &neo.Block{Name: "openhdemg", Segments: []neo.Segment{segment}, Annotations: map[string]string{}}
	inorder.Sort(b)
	for name, key := range map[string]string{"SOURCE": "source", "FILENAME": "filename"} {
		var s string
		if raw, ok := members[name]; !ok || json.Unmarshal(raw, &s) != nil {
			continue
		}
		var inner string
		if json.Unmarshal([]byte(s), &inner) == nil {
			s = inner
		}
		b.Annotations[key] = s
	}
	return b, b.Validate()
}

// firstColumn returns the first column of a frame: an object of columns, each an
// object from row to number, or one with columns, index and data.
func firstColumn(members map[string]json.RawMessage, name string, most int) ([]float64, error) {
	var split struct {
		Index []int
		Data  [][]*float64
	}
	if err := decode(members, name, &split); err == nil && split.Data != nil {
		values := make([]float64, len(split.Data))
		for i, row := range split.Data {
			values[i] = math.NaN()
			if len(row) > 0 && row[0] != nil {
				values[i] = *row[0]
			}
		}
		return values, nil
	}
	var columns map[string]map[string]*float64
	if err := decode(members, name, &columns); err != nil {
		return nil, err
	}
	column, ok := columns["0"]
	if !ok {
		return nil, nil
	}
	values := make([]float64, len(column))
	for key, x := range column {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(values) || i >= max(most, len(values)) {
			return nil, fmt.Errorf("%s: row %q of %d", name, key, len(values))
		}
		values[i] = math.NaN()
		if x != nil {
			values[i] = *x
		}
	}
	return values, nil
}
