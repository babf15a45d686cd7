package myogen

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// Files of a sweep and a fit with all of their keys.
var planFiles = map[string]struct {
	text  string
	parse func(text []byte) error
	// valid are changes after which a file is right: keys that may be left out, and
	// values that mean something.
	valid string
}{
	sweepKey: {sweepFile + `  axes:
    - {name: a, path: "connections[0].weight", from: 0.1 uS, to: 0.4 uS, n: 3, log: true}
    - {name: cells, path: populations.DD.n, also: [seed], values: [5, 7, 9], with: [{name: length, path: duration, values: [1 s, 2 s, 3 s]}]}
  zip: true
  repeats: 2
  recruitment: [aMN]
  trains: true
`, func(text []byte) error { _, err := ParseSweep("x.yaml", text); return err },
		`\.((name|log|also|with|zip|repeats|recruitment|trains) left out|(also|with|recruitment) is \[\]|name is (-?[0-9.]+|".*[a-z].*"))$`},
	fitKey: {strings.TrimSuffix(sweepFile, "sweep:\n") + `fit:
  parameters:
    - {name: drive, path: "inputs[0].step.level", from: 20 pps, to: 80 pps}
    - {name: w, path: "connections[0].weight", from: 0.1 uS, to: 0.4 uS, log: true}
  targets:
    - {statistic: aMN.mean_rate, value: 10 pps, tolerance: 2 pps}
    - {statistic: aMN.mean_cv, value: 0.2, tolerance: 0.1, weight: 4}
  method: CMA-ES
  trials: 9
  repeats: 2
`, func(text []byte) error { _, err := ParseFit("x.yaml", text); return err },
		`\.((name|log|also|weight|method|trials|repeats) left out|also is \[\]|name is (-?[0-9.]+|".*[a-z].*"))$|\[1\]\.(value is (0|-1|1.5)|(tolerance|weight) is 1.5)$`},
}

// Each key of a sweep and of a fit is told with line and column where it is missing,
// misspelt or has a value that it cannot have.
func TestKeysOfPlans(t *testing.T) {
	place := regexp.MustCompile(`^myogen: x\.yaml:\d+:\d+: `)
	for section, file := range planFiles {
		var doc object
		if err := yaml.Unmarshal([]byte(file.text), &doc); err != nil {
			t.Fatal(err)
		}
		if err := file.parse([]byte(file.text)); err != nil {
			t.Fatal(err)
		}
		valid := regexp.MustCompile(file.valid)
		tried := 0
		try := func(what string, doc any) {
			t.Helper()
			b, err := json.MarshalIndent(doc, "", " ") // JSON is YAML
			if err != nil {
				t.Fatal(err)
			}
			tried++
			err = file.parse(b)
			switch {
			case valid.MatchString(what) && err == nil, !valid.MatchString(what) && err != nil && place.MatchString(err.Error()):
			default:
				t.Errorf("%s: error %v", what, err)
			}
		}
		var walk func(x any, at string, inFile func(any) any)
		walk = func(x any, at string, inFile func(any) any) {
			if list, ok := x.([]any); ok {
				for i := range list {
					walk(list[i], fmt.Sprintf("%s[%d]", at, i), func(v any) any {
						l := slices.Clone(list)
						l[i] = v
						return inFile(l)
					})
				}
			}
			keys, _ := x.(object)
			for _, key := range slices.Sorted(maps.Keys(keys)) {
				at := at + "." + key
				less := maps.Clone(keys)
				delete(less, key)
				try(at+" left out", inFile(less))
				less[key+"s"] = keys[key]
				try(at+"s instead", inFile(less))
				put := func(v any) any { return inFile(with(keys, key, v)) }
				for _, v := range []any{0, -1, 1.5, ".nan", ".inf", "word", "", " ", nil, []any{}, []any{"x"}, object{}, object{"x": 1}} {
					text, _ := json.Marshal(v)
					try(at+" is "+string(text), put(v))
				}
				walk(keys[key], at, put)
			}
		}
		walk(doc[section], section, func(v any) any { return with(doc, section, v) })
		if tried < 200 {
			t.Errorf("%d changes of a %s were tried", tried, section)
		}
	}
}
