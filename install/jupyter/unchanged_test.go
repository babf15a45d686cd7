//go:build unix

package jupyter

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/install/notebook"
)

// What is saved into a notebook while it runs is found before it is written over;
// outputs alone, of another run, are not in the way.
func TestUnchanged(t *testing.T) {
	const code = `{"cell_type": "code", "source": %s, "outputs": [%s], "metadata": {%s}}`
	const text = `{"cell_type": "markdown", "source": ["# A\n", "b"], "metadata": {}}`
	nb := func(cells ...string) string {
		return `{"nbformat": 4, "metadata": {}, "cells": [` + strings.Join(cells, ",") + `]}`
	}
	x := fmt.Sprintf(code, `"x := 1"`, "", "")
	printed := `{"output_type": "stream", "name": "stdout", "text": "1"}`
	before := nb(text, x)
	for name, c := range map[string]struct{ now, want string }{
		"nothing":                {before, ""},
		"outputs of another run": {nb(text, fmt.Sprintf(code, `"x := 1"`, printed, "")), ""},
		"lines as a list":        {nb(text, fmt.Sprintf(code, `["x ", ":= 1"]`, "", "")), ""},
		"another number":         {nb(text, fmt.Sprintf(code, `"x := 2"`, printed, "")), "from cell 2 on"},
		"another text":           {nb(strings.Replace(text, "b", "c", 1), x), "from cell 1 on"},
		"a new cell at the end":  {nb(text, x, x), "from cell 3 on"},
		"a cell deleted":         {nb(text), "from cell 2 on"},
		"cells in another order": {nb(x, text), "from cell 1 on"},
		"a tag":                  {nb(text, fmt.Sprintf(code, `"x := 1"`, "", `"tags": ["skip-execution"]`)), "from cell 2 on"},
		"half a file":            {before[:len(before)/2], "study.ipynb was changed while it ran: "},
		"emptied":                {"", "study.ipynb was changed while it ran: "},
	} {
		path := filepath.Join(t.TempDir(), "study.ipynb")
		was, err := notebook.Parse(path, []byte(before))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(c.now), 0o600); err != nil {
			t.Fatal(err)
		}
		switch err := unchanged(was, path); {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	path := filepath.Join(t.TempDir(), "study.ipynb")
	if err := unchanged(notebook.Notebook{}, path); err == nil || !strings.Contains(err.Error(), "study.ipynb was changed while it ran") {
		t.Errorf("deleted: error %v", err)
	}
}
