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
	"slices"
	"strconv"

	"gomyogen/myogen/format/internal/regular"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// maxBytes limits what a file may grow to.
const maxBytes = 2 << 30

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
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("not a file of openhdemg: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("it grows to more than %d bytes", maxBytes)
	}
	members, err := split(text)
	if err != nil {
		return nil, fmt.Errorf("not a file of openhdemg: %w", err)
	}
	return block(members)
}

// split returns the members of a file by name. A file is an object, or a list of
// texts each of which is an object of one member in JSON.
func split(text []byte) (map[string]json.RawMessage, error) {
	var parts []string
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &parts); err != nil {
		return members, json.Unmarshal(text, &members)
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
		slices.Sort(t.Times)
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
