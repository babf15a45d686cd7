package notebook

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// parse reads a notebook from text.
func parse(t *testing.T, text string) Notebook {
	t.Helper()
	path := filepath.Join(t.TempDir(), "n.ipynb")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	nb, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

// first and second are the code cells of executed.
var (
	first  = executed[strings.Index(executed, ` {"cell_type": "code"`):strings.LastIndex(executed, ` {"cell_type": "code"`)]
	second = executed[strings.LastIndex(executed, ` {"cell_type": "code"`):strings.Index(executed, "],\n \"metadata\"")]
)

const executed = `{"cells": [
 {"cell_type": "markdown", "source": ["# A\n", "text"]},
 {"cell_type": "code", "source": "import \"gomyogen/myogen/units\"\nx := 1 // one", "outputs": [
  {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]},
  {"output_type": "display_data", "data": {"text/html": ["<b>", "</b>"], "application/json": {"a": 1}}}]},
 {"cell_type": "code", "source": "y()", "outputs": [
  {"output_type": "stream", "name": "stderr", "text": "the weight is -1\n"},
  {"output_type": "error", "ename": "ERROR", "evalue": "exit status 1", "traceback": ["cell 2"]}]}],
 "metadata": {"kernelspec": {"name": "gomyogen"}}, "nbformat": 4, "nbformat_minor": 5}`

func TestRead(t *testing.T) {
	nb := parse(t, executed)
	if nb.Printed() != "a\nb\n" {
		t.Errorf("printed %q", nb.Printed())
	}
	if o := nb.Cells[1].Outputs[1]; o.As("text/html") != "<b></b>" || o.As("image/png") != "" || o.As("application/json") != "" {
		t.Errorf("the output is %q, %q and %q", o.As("text/html"), o.As("image/png"), o.As("application/json"))
	}
	err := nb.Failed()
	if err == nil || !strings.Contains(err.Error(), "cell 2 failed: the weight is -1") {
		t.Errorf("error %v, want it to name code cell 2 and what it said", err)
	}
	if err := parse(t, strings.Replace(executed, `"source": "y()",`, `"source": "y()", "metadata": {"tags": ["raises-exception"]},`, 1)).Failed(); err != nil {
		t.Errorf("a cell that may fail: error %v", err)
	}
	for _, bad := range []string{"", "{", `{"cells": 3}`, `{"cells": [{"source": 3}]}`} {
		path := filepath.Join(t.TempDir(), "bad.ipynb")
		if err := os.WriteFile(path, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "bad.ipynb") {
			t.Errorf("%q: error %v, want it to name the file", bad, err)
		}
	}
}

// A file of 13 MB whose cells, outputs or values would take a gigabyte is refused before
// anything is allocated for them; a long text is not.
func TestManyValues(t *testing.T) {
	if testing.Short() {
		t.Skip("it makes texts of 13 MB")
	}
	for name, c := range map[string]struct{ before, part, after string }{
		"cells":     {`{"cells": [`, `{},`, `{}]}`},
		"outputs":   {`{"cells": [{"outputs": [`, `{},`, `{}]}]}`},
		"traceback": {`{"cells": [{"outputs": [{"traceback": [`, `"",`, `""]}]}]}`},
		"numbers":   {`{"cells": [{"outputs": [{"data": {"application/json": [`, `[],`, `[]]}}]}]}`},
		"tags":      {`{"cells": [{"metadata": {"tags": [`, `"",`, `""]}}]}`},
		"unknown":   {`{"metadata": {"widgets": [`, `{},`, `{}]}}`},
	} {
		text := []byte(c.before + strings.Repeat(c.part, maxValues) + c.after)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse("n.ipynb", text)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; err == nil || !strings.Contains(err.Error(), "must have at most 4194304") || used > 1<<20 {
			t.Errorf("%s: error %v, %d bytes used", name, err, used)
		}
	}
	if _, err := Parse("n.ipynb", []byte(`{"cells": [{"source": "\"`+strings.Repeat("[,{", maxValues)+`"}]}`)); err != nil {
		t.Errorf("a long text: %v", err)
	}
}

func TestLanguage(t *testing.T) {
	for metadata, want := range map[string]string{
		`{}`: "", `{"kernelspec": {"name": "gomyogen", "language": "go"}}`: "go", `{"kernelspec": {"name": "gonb"}, "language_info": {"name": "go"}}`: "go",
		`{"kernelspec": {"language": "python", "name": "python3"}}`: "python", `{"language_info": {"name": "R"}}`: "r", `{"kernelspec": {"language": "julia"}, "language_info": {"name": "python"}}`: "julia",
		`{"kernelspec": "python3", "language_info": 3}`: "", `{"kernelspec": {"language": ["python"]}}`: "", `{"kernelspec": null}`: "",
	} {
		if got := parse(t, `{"cells": [], "metadata": `+metadata+`, "nbformat": 4}`).Language(); got != want {
			t.Errorf("with the metadata %s the language is %q, want %q", metadata, got, want)
		}
	}
}

// A run goes stale with the code and the packages it reaches, not with
// comments or text.
func TestStale(t *testing.T) {
	module := filepath.Join("..", "..")
	nb := parse(t, executed)
	if err := nb.Stale(module); err == nil || err.Error() != "it was executed by hand, in which order nothing says" {
		t.Errorf("error %v, want that it was executed by hand", err)
	}
	if err := parse(t, `{"cells": [{"cell_type": "code", "source": "x"}]}`).Stale(module); err == nil || err.Error() != "it was not executed" {
		t.Errorf("error %v, want that it was not executed", err)
	}
	code, packages, err := nb.Sums(module)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := nb.OutputSum()
	if err != nil {
		t.Fatal(err)
	}
	with := func(from, to string) Notebook {
		nb := parse(t, strings.Replace(executed, from, to, 1))
		nb.Metadata.Run = &Run{Code: code, Module: packages, Outputs: outputs}
		return nb
	}
	for _, c := range []struct{ from, to, want string }{
		{"// one", "// 1", ""},
		// Texts, with or without pictures in them, are not code; which cell showed
		// what counts.
		{`"# A\n"`, `"![x](attachment:a.png)\n"`, ""},
		{`{"cell_type": "markdown",`, `{"cell_type": "markdown", "attachments": {"a.png": {"image/png": "AAAA", "text/html": "<script>"}},`, ""},
		{`{"cell_type": "markdown",`, `{"cell_type": "markdown", "outputs": [{"output_type": "stream", "name": "stdout", "text": "forged"}],`, "its outputs have changed since it was executed"},
		{` {"cell_type": "code", "source": "y()"`, ` {"cell_type": "code", "source": "z()"}, {"cell_type": "code", "source": "y()"`, "its code has changed since it was executed"},
		{` {"cell_type": "code", "source": "y()"`, ` {"cell_type": "code", "source": "// empty", "outputs": [{"output_type": "stream", "name": "stdout", "text": "forged"}]}, {"cell_type": "code", "source": "y()"`, "its outputs have changed since it was executed"},
		{` {"cell_type": "code", "source": "y()"`, ` {"cell_type": "markdown", "source": "between"}, {"cell_type": "code", "source": "y()"`, "its outputs have changed since it was executed"},
		{` {"cell_type": "markdown", "source": ["# A\n", "text"]},`, "", "its outputs have changed since it was executed"}, // deleted
		{first, "", "its code has changed since it was executed"},                                                        // deleted
		{first + second, second + ", " + strings.TrimSuffix(first, ",\n"), "its code has changed since it was executed"}, // reordered
		{`"source": "y()"`, `"source": "// y()\n"`, "its code has changed since it was executed"},                        // commented out
		{"x := 1", "x  :=  1", ""},
		{"# A", "# B", ""},
		{"x := 1", "x := 2", "its code has changed since it was executed"},
		{"y()", "", "its code has changed since it was executed"},
		{`["a\n", "b\n"]`, `"a\nb\n"`, ""}, // another form of the same
		{`{"a": 1}`, `{"a":1.0}`, ""},
		{`["a\n", "b\n"]`, `["a\n", "c\n"]`, "its outputs have changed since it was executed"},
		{`"</b>"`, `"<script>"`, "its outputs have changed since it was executed"},
		{"text/html", "text/plain", "its outputs have changed since it was executed"},
		{`{"a": 1}`, `{"a": 2}`, "its outputs have changed since it was executed"},
		{"exit status 1", "exit status 2", "its outputs have changed since it was executed"},
		{`"stdout"`, `"stderr"`, "its outputs have changed since it was executed"},
	} {
		err := with(c.from, c.to).Stale(module)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%q to %q: %v, want %q", c.from, c.to, err, c.want)
		}
	}
	// Commands are no Go: what looks like a comment or white space counts.
	for _, c := range [][2]string{
		{"!wget https://example.org/a", "!wget https://example.com/b"},
		{"!rm -r a /b", "!rm -r a/ b"},
		{"x()\n  !ls \\\n/* a */", "x()\n  !ls \\\n/* b */"},
		{"//gonb:%env A=1", "//gonb:%env A=2"},
		{"\ufeff!ls // a", "\ufeff!ls // b"},
		{"%%script bash\necho // a", "%%script bash\necho // b"},
	} {
		var sums []string
		for _, code := range c {
			sum, _, err := Notebook{Cells: []Cell{{Type: "code", Source: Lines(code)}}}.Sums(module)
			if err != nil {
				t.Fatal(err)
			}
			sums = append(sums, sum)
		}
		if sums[0] == sums[1] {
			t.Errorf("%q and %q have one checksum", c[0], c[1])
		}
	}
	// Who knows the sums can write them, but not the MAC of somebody's key.
	nb = with("", "")
	key := []byte("a key")
	nb.Metadata.Run.Sign(key)
	if !nb.Ran(module, key) || nb.Ran(module, []byte("another")) || nb.Ran(module, nil) {
		t.Error("a stamp is not recognised by the key that signed it alone")
	}
	for _, field := range []*string{&nb.Metadata.Run.Code, &nb.Metadata.Run.Module, &nb.Metadata.Run.Outputs} {
		was := *field
		*field = "0" + was[1:]
		if nb.Metadata.Run.SignedBy(key) {
			t.Error("a changed stamp is taken for signed")
		}
		*field = was
	}
	stamp := with("", "").Metadata.Run
	stamp.Sign(key)
	for what, other := range map[string]Notebook{ // to which somebody copied the stamp
		"other code":       with("x := 1", "x := 2"),
		"a cell less":      with(first, ""),
		"a cell more":      with(first, first+` {"cell_type": "code", "source": "z()"},`),
		"another order":    with(first+second, second+", "+strings.TrimSuffix(first, ",\n")),
		"another notebook": parse(t, `{"cells": [{"cell_type": "code", "source": "import \"gomyogen/myogen/units\"\n!ls"}]}`),
	} {
		other.Metadata.Run = stamp
		if other.Ran(module, key) || other.Stale(module) == nil {
			t.Errorf("%s: code that was not run is taken for run", what)
		}
	}
	nb = with("", "")
	nb.Metadata.Run.Outputs = ""
	if err := nb.Stale(module); err == nil || !strings.Contains(err.Error(), "does not say what its cells showed") {
		t.Errorf("error %v, want that the stamp lacks the outputs", err)
	}
	nb = with("", "")
	nb.Metadata.Run.Module = "other"
	if err := nb.Stale(module); err == nil || !strings.Contains(err.Error(), "packages") {
		t.Errorf("error %v, want that a package changed", err)
	}
}

// What is no JSON is named with its place.
func TestBrokenJSON(t *testing.T) {
	for text, want := range map[string]string{
		"{\n \"cells\": [],\n {b\n": "n.ipynb:3:2: it is not the JSON of a notebook: invalid character '{'",
		"":                          "n.ipynb:1:1: it is not the JSON of a notebook: unexpected end of JSON input",
		"{\"cells\": \"µ\" 5}":      "n.ipynb:1:15: it is not",
		"{\n\"cells\": 5}":          "n.ipynb:2:",
	} {
		if _, err := Parse("n.ipynb", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
