package notebook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gomyogen/kernel/sources"
)

// Run says how the outputs of a notebook were made: the stamp of an executed
// notebook.
type Run struct {
	Code     string  `json:"code"`               // SHA-256 of its code
	Module   string  `json:"module"`             // SHA-256 of the packages of this module that it reaches
	Outputs  string  `json:"outputs"`            // SHA-256 of what its cells printed and showed
	MAC      string  `json:"mac,omitempty"`      // HMAC-SHA256 of the three, with a key of the user who ran it
	Go       string  `json:"go"`                 // version
	Platform string  `json:"platform"`           // GOOS/GOARCH
	Executed string  `json:"executed,omitempty"` // date
	Seconds  float64 `json:"seconds,omitempty"`  // kernel start included
}

// Sign sets the MAC of the stamp.
func (r *Run) Sign(key []byte) { r.MAC = r.mac(key) }

// SignedBy reports whether the stamp was signed with the key: whether the user
// has run this code, and it showed this.
func (r *Run) SignedBy(key []byte) bool {
	return len(key) > 0 && hmac.Equal([]byte(r.MAC), []byte(r.mac(key)))
}

func (r *Run) mac(key []byte) string {
	m := hmac.New(sha256.New, key)
	_, _ = io.WriteString(m, strings.Join([]string{r.Code, r.Module, r.Outputs}, "\n")) // a hash takes everything
	return hex.EncodeToString(m.Sum(nil))
}

// Sums returns the checksums of the code and of the packages that a run of the
// notebook now would carry. Comments and white space do not count, but in cells
// with commands for the kernel or a shell. module is the folder of the clone.
func (nb Notebook) Sums(module string) (code, packages string, err error) {
	h := sha256.New()
	imports := map[string]bool{}
	for _, c := range nb.Cells {
		if c.Type != "code" {
			continue
		}
		sources.Tokens(h, []byte(c.Source))
		if commands(string(c.Source)) { // in which what Go takes for comments and white space counts
			_, _ = fmt.Fprintf(h, "%q\n", c.Source)
		}
		for _, m := range importPath.FindAllStringSubmatch(string(c.Source), -1) {
			imports[m[1]] = true
		}
	}
	code = hex.EncodeToString(h.Sum(nil))
	if len(imports) == 0 {
		return code, "", nil
	}
	var list []string
	for path := range imports {
		list = append(list, path)
		if path == "gomyogen/kernel" {
			list = append(list, "gomyogen/kernel/renderer") // it may draw with this program
		}
	}
	packages, err = sources.Tree(module, list...)
	return code, packages, err
}

// commands reports whether a cell has a line for the kernel or a shell, such as
// "!wget https://..." or "//gonb:%env A=b"; the line %% alone is not one.
func commands(code string) bool {
	const blank = "\ufeff \t\r\n"
	for line := range strings.Lines(code) {
		line = strings.TrimPrefix(strings.Trim(line, blank), "//gonb:")
		line = strings.Trim(line, blank)
		if line != "%%" && (strings.HasPrefix(line, "%") || strings.HasPrefix(line, "!")) {
			return true
		}
	}
	return false
}

var importPath = regexp.MustCompile(`"(gomyogen/[^"\s]+)"`)

// OutputSum returns the checksum of what the cells printed, showed and failed
// with. How a file breaks text into lines does not count.
func (nb Notebook) OutputSum() (string, error) {
	h := sha256.New()
	w := json.NewEncoder(h) // each string is quoted, so that none reaches into the next
	for i, c := range nb.Cells {
		for _, o := range c.Outputs {
			fields := []any{i, o.Type, o.Name, string(o.Text), o.Error, o.Value, o.Traceback}
			for _, mime := range slices.Sorted(maps.Keys(o.Data)) {
				var value any
				if err := json.Unmarshal(o.Data[mime], &value); err != nil {
					return "", err
				}
				var text Lines
				if json.Unmarshal(o.Data[mime], &text) == nil {
					value = string(text)
				}
				fields = append(fields, mime, value)
			}
			if err := w.Encode(fields); err != nil {
				return "", err
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Stale says why the outputs of the notebook are not those that its code would
// give now; nil if nothing says so.
func (nb Notebook) Stale(module string) error {
	run := nb.Metadata.Run
	if run == nil {
		if slices.ContainsFunc(nb.Cells, func(c Cell) bool { return len(c.Outputs) > 0 }) {
			return errors.New("it was executed by hand, in which order nothing says")
		}
		return errors.New("it was not executed")
	}
	code, packages, err := nb.Sums(module)
	if err != nil {
		return err
	}
	outputs, err := nb.OutputSum()
	switch {
	case err != nil:
		return err
	case code != run.Code:
		return errors.New("its code has changed since it was executed")
	case packages != run.Module:
		return errors.New("the code of the packages it uses has changed since it was executed")
	case run.Outputs == "":
		return errors.New("its stamp does not say what its cells showed")
	case outputs != run.Outputs:
		return errors.New("its outputs have changed since it was executed")
	}
	return nil
}

// Ran reports whether the notebook is one that the user with the key has run:
// whether its code now is that of a stamp signed with the key.
func (nb Notebook) Ran(module string, key []byte) bool {
	run := nb.Metadata.Run
	if run == nil || !run.SignedBy(key) {
		return false
	}
	code, _, err := nb.Sums(module)
	return err == nil && code == run.Code
}
