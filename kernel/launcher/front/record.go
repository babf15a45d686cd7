//go:build unix

package main

import (
	"encoding/json"
	"slices"
	"time"
)

// record is what a cell has shown, for a page that is opened later. Notebooks that are
// open get it as it comes.
type record struct {
	Cell    string   `json:"cell"` // the id that the client gave it
	Code    string   `json:"code"`
	Request string   `json:"msg_id"`
	Count   int      `json:"execution_count"`
	Running bool     `json:"running"`
	Ended   string   `json:"ended"` // RFC 3339
	Outputs []*shown `json:"outputs"`
	Seen    []string `json:"seen"` // ids of the messages that outputs were made from, the last ones

	size  int
	clear bool // before the next output
	cut   bool // there was too much
}

// shown is an output as a notebook holds it.
type shown struct {
	Type      string          `json:"output_type"`
	Name      string          `json:"name,omitempty"`
	Text      *string         `json:"text,omitempty"`
	Data      json.RawMessage `json:"data,omitempty"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
	Transient json.RawMessage `json:"transient,omitempty"`
	Count     int             `json:"execution_count,omitempty"`
	Error     string          `json:"ename,omitempty"`
	Value     string          `json:"evalue,omitempty"`
	Traceback []string        `json:"traceback,omitempty"`

	display string // its id
}

// Bounds of what is remembered: of a cell in bytes and messages, and of all in cells.
const (
	maxRecord  = 1 << 24
	maxSeen    = 4000
	maxRecords = 100
)

// records are the records of the last cells, the newest last.
type records []*record

// clientID returns the id that the client gave the cell, or "".
func (e *execution) clientID() string {
	var metadata struct {
		Cell string `json:"cellId"`
	}
	_ = json.Unmarshal(e.metadata, &metadata) // a client that says nothing has none
	return metadata.Cell
}

// begin starts the record of a cell that a client has named.
func (rs *records) begin(e *execution) {
	id := e.clientID()
	if id == "" {
		return
	}
	*rs = slices.DeleteFunc(*rs, func(r *record) bool { return r.Cell == id })
	*rs = append(*rs, &record{Cell: id, Code: e.Code, Request: e.ID, Count: e.count, Running: true, Outputs: []*shown{}})
	if n := len(*rs) - maxRecords; n > 0 {
		*rs = slices.Delete(*rs, 0, n)
	}
}

// end ends the record of a cell.
func (rs records) end(e *execution) {
	for _, r := range rs {
		if r.Request == e.ID {
			r.Running, r.Ended = false, time.Now().UTC().Format(time.RFC3339Nano)
		}
	}
}

// take adds a message that was published to the record of its cell.
func (rs records) take(m message) {
	if !slices.Contains([]string{"stream", "display_data", "update_display_data", "execute_result", "error", "clear_output"}, m.Type) {
		return
	}
	request := m.parentID()
	for _, r := range rs {
		if r.Request == request {
			r.take(m, rs)
		}
	}
}

func (r *record) take(m message, all records) {
	if r.Seen = append(r.Seen, m.ID); len(r.Seen) > maxSeen {
		r.Seen = slices.Delete(r.Seen, 0, maxSeen/2)
	}
	var content struct {
		shown
		Wait      bool `json:"wait"`
		Transient struct {
			Display string `json:"display_id"`
		} `json:"transient"`
	}
	if json.Unmarshal(m.content, &content) != nil {
		return
	}
	s := content.shown
	s.Type, s.display = m.Type, content.Transient.Display
	switch m.Type {
	case "clear_output":
		if r.clear = content.Wait; !r.clear {
			r.Outputs, r.size, r.cut = []*shown{}, 0, false
		}
		return
	case "update_display_data":
		for _, other := range all { // a display may be of an earlier cell
			for _, o := range other.Outputs {
				if o.display == s.display && s.display != "" {
					o.Data, o.Metadata = s.Data, s.Metadata
				}
			}
		}
		return
	case "display_data", "execute_result":
		s.Transient = encode(content.Transient)
	}
	if r.clear {
		r.Outputs, r.size, r.cut, r.clear = []*shown{}, 0, false, false
	}
	if r.cut {
		return
	}
	if r.size += len(m.content); r.size > maxRecord {
		r.cut = true
		text := "More was shown while no page was open than is kept for it.\n"
		s = shown{Type: "stream", Name: "stderr", Text: &text}
	}
	if n := len(r.Outputs); n > 0 && s.Type == "stream" && r.Outputs[n-1].Type == "stream" && r.Outputs[n-1].Name == s.Name && s.Text != nil {
		text := *r.Outputs[n-1].Text + *s.Text
		r.Outputs[n-1].Text = &text
		return
	}
	r.Outputs = append(r.Outputs, &s)
}
