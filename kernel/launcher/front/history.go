//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"
)

// entry is a cell that was executed. Sessions and lines count from 1.
type entry struct {
	Session int    `json:"session"`
	Line    int    `json:"line"`
	Input   string `json:"input"`
}

// history is what was executed, in this session and those before.
type history struct {
	file    string
	session int
	own     []entry // of this session
}

// maxHistory is how many cells the file keeps at least; it is cut when it holds
// twice as many.
const maxHistory = 5000

// openHistory begins a session. Without a file only this session is remembered.
func openHistory(file string) *history {
	h := &history{file: file, session: 1}
	_ = h.locked(func(f *os.File) error { // a history that cannot be read begins anew
		all := readEntries(f)
		if n := len(all); n > 0 {
			h.session = all[n-1].Session + 1
		}
		if len(all) <= 2*maxHistory {
			return nil
		}
		var b bytes.Buffer
		for _, e := range all[len(all)-maxHistory:] {
			b.Write(append(encode(e), '\n'))
		}
		if err := f.Truncate(0); err != nil {
			return err
		}
		_, err := f.Write(b.Bytes())
		return err
	})
	return h
}

// locked calls a function with the file, which no other kernel uses meanwhile.
func (h *history) locked(use func(*os.File) error) error {
	if h.file == "" {
		return os.ErrNotExist
	}
	if err := os.MkdirAll(filepath.Dir(h.file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(h.file, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return use(f)
}

func readEntries(f *os.File) []entry {
	var all []entry
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<26)
	for s.Scan() {
		var e entry
		if json.Unmarshal(s.Bytes(), &e) == nil && e.Session > 0 { // a line that was cut short is left out
			all = append(all, e)
		}
	}
	return all
}

// add remembers a cell.
func (h *history) add(line int, input string) {
	e := entry{h.session, line, input}
	h.own = append(h.own, e)
	_ = h.locked(func(f *os.File) error { // the session remembers it all the same
		_, err := f.Write(append(encode(e), '\n'))
		return err
	})
}

// all returns all sessions, this one last.
func (h *history) all() []entry {
	var all []entry
	_ = h.locked(func(f *os.File) error {
		for _, e := range readEntries(f) {
			if e.Session != h.session { // another kernel may have begun with the same number
				all = append(all, e)
			}
		}
		return nil
	})
	return append(all, h.own...)
}

// answer answers a request for the history.
func (h *history) answer(content json.RawMessage) map[string]any {
	r := struct {
		Output  bool   `json:"output"`
		Access  string `json:"hist_access_type"`
		Session int    `json:"session"`
		Start   int    `json:"start"`
		Stop    int    `json:"stop"`
		N       int    `json:"n"`
		Pattern string `json:"pattern"`
		Unique  bool   `json:"unique"`
	}{N: 1000, Pattern: "*"}
	if err := json.Unmarshal(content, &r); err != nil {
		return map[string]any{"status": "error", "ename": "Error", "evalue": err.Error(), "traceback": []string{}, "history": []any{}}
	}
	var found []entry
	switch r.Access {
	case "range":
		session := r.Session
		if session <= 0 {
			session += h.session // 0 is this one, -1 the one before
		}
		for _, e := range h.all() {
			if e.Session == session && e.Line >= r.Start && (e.Line < r.Stop || r.Stop <= 0) {
				found = append(found, e)
			}
		}
	case "search":
		for _, e := range h.all() {
			if like(r.Pattern, e.Input) {
				found = append(found, e)
			}
		}
		if r.Unique {
			seen := map[string]bool{}
			slices.Reverse(found)
			found = slices.DeleteFunc(found, func(e entry) bool { again := seen[e.Input]; seen[e.Input] = true; return again })
			slices.Reverse(found)
		}
	default: // tail
		found = h.all()
	}
	if r.Access != "range" && r.N > 0 {
		found = found[max(0, len(found)-r.N):]
	}
	list := make([]any, 0, len(found))
	for _, e := range found {
		if r.Output {
			list = append(list, []any{e.Session, e.Line, []any{e.Input, nil}})
		} else {
			list = append(list, []any{e.Session, e.Line, e.Input})
		}
	}
	return map[string]any{"status": "ok", "history": list}
}

// like reports whether a text matches a pattern with * and ?, over lines and
// slashes.
func like(pattern, text string) bool {
	flat := func(s string) string {
		return string(bytes.Map(func(r rune) rune {
			if r == '/' {
				return '\x01'
			}
			return r
		}, []byte(s)))
	}
	ok, err := path.Match(flat(pattern), flat(text))
	return ok && err == nil
}
