//go:build unix

package jupyter

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gomyogen/myogen/format/atomicfile"
)

// What is saved into a notebook while it runs stays, and the executed notebook then
// stands beside it; what JupyterLab adds of its own accord is not in the way.
func TestWriteBack(t *testing.T) {
	const code = `{"cell_type": "code", "source": %s, "outputs": [%s], "metadata": {%s}}`
	const text = `{"cell_type": "markdown", "source": ["# A\n", "b"], "metadata": {}}`
	nb := func(cells ...string) string {
		return `{"nbformat": 4, "metadata": {"title": "A"}, "cells": [` + strings.Join(cells, ",") + `]}`
	}
	x := fmt.Sprintf(code, `"x := 1"`, "", "")
	printed := `{"output_type": "stream", "name": "stdout", "text": "1"}`
	before := nb(text, x)
	for name, c := range map[string]struct{ now, want string }{
		"nothing":                {before, ""},
		"lines as a list":        {nb(text, fmt.Sprintf(code, `["x ", ":= 1"]`, "", "")), ""},
		"what the editor adds":   {strings.Replace(strings.Replace(nb(text, fmt.Sprintf(code, `"x := 1"`, "", `"execution": {"iopub.status.busy": "2026"}, "trusted": true`)), `"metadata": {"title"`, `"nbformat_minor": 5, "metadata": {"kernelspec": {"name": "gomyogen"}, "title"`, 1), `"source": "x`, `"id": "a1", "execution_count": null, "source": "x`, 1), ""},
		"cells run by hand":      {nb(text, fmt.Sprintf(code, `"x := 1"`, printed, "")), ", from cell 2 on"},
		"another number":         {nb(text, fmt.Sprintf(code, `"x := 2"`, printed, "")), ", from cell 2 on"},
		"another text":           {nb(strings.Replace(text, "b", "c", 1), x), ", from cell 1 on"},
		"a picture pasted":       {nb(strings.Replace(text, `"metadata"`, `"attachments": {"a.png": {"image/png": "AAAA"}}, "metadata"`, 1), x), ", from cell 1 on"},
		"a slide":                {nb(strings.Replace(text, `"metadata": {}`, `"metadata": {"slideshow": {"slide_type": "slide"}}`, 1), x), ", from cell 1 on"},
		"a title":                {strings.Replace(before, `"A"`, `"B"`, 1), ", its metadata"},
		"an author":              {strings.Replace(before, `"title"`, `"authors": [{"name": "Ada"}], "title"`, 1), ", its metadata"},
		"a new cell at the end":  {nb(text, x, x), ", from cell 3 on"},
		"a cell deleted":         {nb(text), ", from cell 2 on"},
		"cells in another order": {nb(x, text), ", from cell 1 on"},
		"a tag":                  {nb(text, fmt.Sprintf(code, `"x := 1"`, "", `"tags": ["skip-execution"]`)), ", from cell 2 on"},
		"half a file":            {before[:len(before)/2], ": unexpected end of JSON"},
		"emptied":                {" ", ": unexpected end of JSON"},
		"deleted":                {"", ": no such file"},
	} {
		path := filepath.Join(t.TempDir(), "study.ipynb")
		if err := os.WriteFile(path, []byte(c.now), 0o640); err != nil {
			t.Fatal(err)
		}
		if c.now == "" {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		aside := filepath.Join(filepath.Dir(path), "study.executed.ipynb")
		err := writeBack(path, []byte(before), []byte("executed"))
		file, _ := os.ReadFile(path)
		beside, _ := os.ReadFile(aside)
		var changed changedError
		switch {
		case c.want == "" && (err != nil || string(file) != "executed" || beside != nil):
			t.Errorf("%s: error %v; the file holds %q, the one beside it %q", name, err, file, beside)
		case c.want != "" && (!errors.As(err, &changed) || !strings.Contains(err.Error(), "was changed while it ran"+c.want) || !strings.Contains(err.Error(), aside)):
			t.Errorf("%s: error %v, want %q and %s", name, err, c.want, aside)
		case c.want != "" && (string(file) != c.now || string(beside) != "executed"):
			t.Errorf("%s: the file holds %q, the one beside it %q", name, file, beside)
		}
		if info, err := os.Stat(path); c.now != "" && (err != nil || info.Mode().Perm() != 0o640) {
			t.Errorf("%s: %v, %v; want the mode 0640", name, info, err)
		}
	}
}

// Every earlier executed form stays, and a link stays one.
func TestWriteBackKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a.ipynb"), filepath.Join(t.TempDir(), "link.ipynb")
	if err := errors.Join(os.WriteFile(path, []byte(`{"cells": [{"source": "2"}]}`), 0o600), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"a.executed.ipynb", "a.executed-2.ipynb", "a.executed-3.ipynb"} {
		text := fmt.Sprint("run ", i)
		err := writeBack(link, []byte(`{"cells": [{"source": "1"}]}`), []byte(text))
		if got, _ := os.ReadFile(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), name) || string(got) != text {
			t.Errorf("run %d: error %v, %s holds %q", i, err, name, got)
		}
	}
	err := writeBack(link, []byte(`{"cells": [{"source": "2"}]}`), []byte("executed"))
	got, _ := os.ReadFile(path)
	if info, statErr := os.Lstat(link); err != nil || string(got) != "executed" || statErr != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("error %v, %v; the file holds %q, its link is %v", err, statErr, got, info)
	}
}

// What is saved between the last look at the file and the exchange stays, by a program
// that writes into the file and by one that renames another to it.
func TestReplaceGivesBackWhatItDidNotExpect(t *testing.T) {
	dir := t.TempDir()
	path, aside := filepath.Join(dir, "a.ipynb"), filepath.Join(dir, "b.ipynb")
	put := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, replace := range map[string]func(path, aside string, old []byte) (bool, error){"by exchange": replace, "by name": replaceByName} {
		for _, now := range []string{"saved", "", "old, and more"} {
			put(path, now)
			put(aside, "executed")
			done, err := replace(path, aside, []byte("old"))
			file, _ := os.ReadFile(path)
			beside, _ := os.ReadFile(aside)
			if done || err != nil || string(file) != now || string(beside) != "executed" {
				t.Errorf("%s: done %v, error %v; the file holds %q, want %q; the one beside it %q", name, done, err, file, now, beside)
			}
		}
		put(path, "old")
		done, err := replace(path, aside, []byte("old"))
		if file, _ := os.ReadFile(path); !done || err != nil || string(file) != "executed" {
			t.Errorf("%s: done %v, error %v; the file holds %q", name, done, err, file)
		}
		if _, err := os.Stat(aside); err == nil {
			t.Errorf("%s: the file beside stays", name)
		}
	}

	// Of an editor that saves at the same time the last version is there, whoever is first.
	for range 40 {
		source := []byte(`{"cells": [{"source": "0"}]}`)
		put(path, string(source))
		var last []byte
		saved := make(chan error)
		go func() {
			var err error
			for i := range 5 {
				last = fmt.Appendf(nil, `{"cells": [{"source": "%d"}]}`, i+1)
				err = errors.Join(err, atomicfile.Write(path, last))
			}
			saved <- err
		}()
		err := writeBack(path, source, []byte("executed"))
		var changed changedError
		if err := errors.Join(<-saved); err != nil {
			t.Fatal(err)
		}
		if file, _ := os.ReadFile(path); !bytes.Equal(file, last) || err != nil && !errors.As(err, &changed) {
			t.Fatalf("error %v; the file holds %q, the editor saved %q", err, file, last)
		}
	}
}

// A second run that writes back is refused while the first goes on, under any name of
// the file, and one whose result could not be written is refused at once.
func TestExecuteLooksFirst(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.ipynb")
	link, hard := filepath.Join(dir, "link.ipynb"), filepath.Join(dir, "hard.ipynb")
	text := []byte(`{"cells": [], "metadata": {}, "nbformat": 4}`)
	if err := errors.Join(os.WriteFile(path, text, 0o600), os.Symlink(path, link), os.Link(path, hard)); err != nil {
		t.Fatal(err)
	}
	unlock, err := lockNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	h := &Home{}
	for _, name := range []string{path, link, hard} {
		if err := h.Execute(t.Context(), &bytes.Buffer{}, name, name); err == nil || !strings.Contains(err.Error(), name+": another run -w of it goes on") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	unlock()
	if unlock, err = lockNotebook(path); err != nil {
		t.Fatalf("after the first run: %v", err)
	}
	unlock()
	pipe := filepath.Join(dir, "pipe.ipynb") // nobody writes to it
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.Execute(t.Context(), &bytes.Buffer{}, pipe, pipe); err == nil || !strings.Contains(err.Error(), pipe+" is not a regular file") {
		t.Errorf("a pipe: error %v", err)
	}
	folder := filepath.Join(dir, "folder.ipynb")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := h.Execute(t.Context(), &bytes.Buffer{}, path, folder); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a target that is a folder: error %v", err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, text) {
		t.Errorf("the notebook is now %q, error %v", now, err)
	}
}

// A run removes what earlier runs that failed left, not what another left meanwhile.
func TestLeftovers(t *testing.T) {
	target := filepath.Join(t.TempDir(), "a.ipynb")
	failed, stopped := beside(target, "failed"), beside(target, "stopped")
	if err := atomicfile.Write(failed, []byte("earlier")); err != nil {
		t.Fatal(err)
	}
	earlier := leftBefore(target)
	if err := errors.Join(atomicfile.Write(stopped, []byte("meanwhile")), earlier.remove()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(failed); err == nil {
		t.Errorf("%s of an earlier run stays", failed)
	}
	earlier = leftBefore(target)
	if err := errors.Join(atomicfile.Write(stopped, []byte("of another run")), earlier.remove()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(stopped); err != nil || string(got) != "of another run" {
		t.Errorf("what another run kept: %q, error %v", got, err)
	}
}
