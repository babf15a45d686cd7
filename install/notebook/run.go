package notebook

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"

	"gomyogen/kernel/sources"
)

// Run says how the outputs of a notebook were made.
type Run struct {
	Code     string  `json:"code"`               // SHA-256 of its code
	Module   string  `json:"module"`             // SHA-256 of the packages of this module that it reaches
	Go       string  `json:"go"`                 // version
	Platform string  `json:"platform"`           // GOOS/GOARCH
	Executed string  `json:"executed,omitempty"` // date
	Seconds  float64 `json:"seconds,omitempty"`  // kernel start included
}

// Sums returns the checksums that a run of the notebook now would carry.
// Comments and white space do not count. module is the folder of the clone.
func (nb Notebook) Sums(module string) (code, packages string, err error) {
	h := sha256.New()
	imports := map[string]bool{}
	for _, c := range nb.Cells {
		if c.Type != "code" {
			continue
		}
		sources.Tokens(h, []byte(c.Source))
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

var importPath = regexp.MustCompile(`"(gomyogen/[^"\s]+)"`)

// Stale tells why the outputs of the notebook are not those that its code
// would give now, or nil.
func (nb Notebook) Stale(module string) error {
	if nb.Metadata.Run == nil {
		if slices.ContainsFunc(nb.Cells, func(c Cell) bool { return len(c.Outputs) > 0 }) {
			return errors.New("it was executed by hand, in which order nothing says")
		}
		return errors.New("it was not executed")
	}
	code, packages, err := nb.Sums(module)
	switch {
	case err != nil:
		return err
	case code != nb.Metadata.Run.Code:
		return errors.New("its code has changed since it was executed")
	case packages != nb.Metadata.Run.Module:
		return errors.New("the code of the packages it uses has changed since it was executed")
	}
	return nil
}
