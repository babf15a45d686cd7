package stats_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// claims are the functions whose doc comments name NumPy, SciPy, Neo or
// Elephant, and the cases of TestAgreement that compare them.
var claims = map[string]string{
	"CV": "CV", "CrossCorrelogram": "cross-correlogram", "FanoFactor": "Fano factor", "Histogram": "histogram",
	"InstantaneousRates": "instantaneous rates", "InstantaneousRatesEvery": "instantaneous rates", "LinearRegression": "linear regression",
	"MeanFiringRate": "mean firing rate", "Median": "median", "Percentile": "percentile", "SD": "SD", "SEM": "SEM",
	"TimeHistogram": "time histogram", "SpikeTrain.Slice": "slice of a train", "AnalogSignal.Slice": "slice of a signal",
}

// Whoever writes that a function agrees with one of the four has it compared.
func TestEveryClaimIsCompared(t *testing.T) {
	names := regexp.MustCompile(`(?i)\b(numpy|scipy|elephant|neo)('s|\.[a-z])`)
	claimed := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(files, "../neo/slice.go", "../neo/neo.go") {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() || !names.MatchString(f.Doc.Text()) {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				if of, ok := f.Recv.List[0].Type.(*ast.Ident); ok {
					name = of.Name + "." + name
				}
			}
			claimed[name] = true
			if claims[name] == "" {
				t.Errorf("the comment of %s names %q, and nothing compares it", name, names.FindString(f.Doc.Text()))
			}
		}
	}
	for name, compared := range claims {
		if !claimed[name] {
			t.Errorf("the comment of %s claims nothing", name)
		}
		if !slices.Contains(agreementFunctions, compared) {
			t.Errorf("TestAgreement has no %q", compared)
		}
	}
}
