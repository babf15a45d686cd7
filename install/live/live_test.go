package live

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func source(t *testing.T, path string) (code []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var nb struct {
		Cells []struct {
			Type   string          `json:"cell_type"`
			Source json.RawMessage `json:"source"`
		}
	}
	if err := json.Unmarshal(text, &nb); err != nil {
		t.Fatal(err)
	}
	for _, c := range nb.Cells {
		var lines []string
		if json.Unmarshal(c.Source, &lines) != nil {
			lines = make([]string, 1)
			if err := json.Unmarshal(c.Source, &lines[0]); err != nil {
				t.Fatal(err)
			}
		}
		if c.Type != "code" {
			lines = nil
		}
		code = append(code, strings.Join(lines, ""))
	}
	return code
}

// mostBytes is what all pages together may weigh more for this cell.
const mostBytes = 2_200_000

func TestCellsAreBuiltForBrowsers(t *testing.T) {
	cells, refused := Find("06_exploring.ipynb", source(t, "../../notebooks/06_exploring.ipynb"))
	if len(cells) != 1 || len(refused) > 0 {
		t.Fatalf("cells %v, refused %v", cells, refused)
	}
	script, built, refused, err := Build(t.Context(), "../..", cells)
	if err != nil || len(built) != 1 || len(refused) > 0 {
		t.Fatalf("built %v, refused %v, error %v", built, refused, err)
	}
	t.Logf("%d bytes", len(script))
	if len(script) > mostBytes {
		t.Errorf("the program takes %d bytes, more than %d", len(script), mostBytes)
	}
}

func TestWhatABrowserCannotDoIsNamed(t *testing.T) {
	const head = "import (\n\t\"os\"\n\t\"gomyogen/kernel\"\n)\n"
	for imported, name := range map[string]string{`"syscall/js"`: "js", `x "syscall/js"`: "x", `x "unsafe"`: "x"} {
		cells, refused := Find("a.ipynb", []string{"import " + imported, "kernel.Interact(kernel.Interaction{}, nil)\n_ = " + name + ".Global()"})
		if len(cells) > 0 || len(refused) != 1 || !strings.Contains(refused[0].Error(), "a page has no ") {
			t.Errorf("%s: cells %v, refused %v", imported, cells, refused)
		}
	}
	cells, refused := Find("a.ipynb", []string{head, "func read() {\n\tos.Getwd()\n}", "kernel.Interact(kernel.Interaction{}, nil)\nread()"})
	if len(cells) > 0 || len(refused) != 1 || refused[0].Error() != "a.ipynb cell 2:2: a page has no os" {
		t.Errorf("cells %v, refused %v", cells, refused)
	}
	cells, refused = Find("a.ipynb", []string{head, "var x = 1\n\nkernel.Interact(kernel.Interaction{}, nil)\nkernel.Kept()"})
	if len(cells) != 1 || len(refused) > 0 {
		t.Fatalf("cells %v, refused %v", cells, refused)
	}
	script, built, refused, err := Build(t.Context(), "../..", cells)
	if err != nil || script != nil || len(built) > 0 || len(refused) != 1 || !strings.HasPrefix(refused[0].Error(), "a.ipynb cell 2:4: a page cannot do what kernel.Kept does") {
		t.Errorf("built %v, refused %v, error %v", built, refused, err)
	}
}
