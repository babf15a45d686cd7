package fields

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen/units"
)

// model is a description with a value of each kind.
type model struct {
	N       int
	Seed    uint64
	Gain    float64
	Delay   units.Time
	Label   string
	Closed  bool
	Process process
	Tau     *units.Time
	Items   []item
	Parts   []part
}

type item struct{ Weight units.Conductance }

type part struct {
	Name string
	X    float64
}

type process interface{ process() }

type steady struct{}

type burst struct{ Order int }

func (steady) process() {}
func (burst) process()  {}

func time(p *units.Time, b Bound) Value { return Quantity(p, units.ParseTime, b, "ms", "s", "us") }

func (m *model) fields() []Field {
	return []Field{
		{Name: "n", Doc: "cells", Default: "100", Value: Int(&m.N, 1, 1000)},
		{Name: "seed", Default: "0", Value: Seed(&m.Seed)},
		{Name: "gain", Required: true, Value: Float(&m.Gain, Above(-1))},
		{Name: "delay", Default: "1 ms", Value: time(&m.Delay, Positive)},
		{Name: "label", Value: Name(&m.Label)},
		{Name: "closed", Default: "false", Value: Bool(&m.Closed)},
		{Name: "process", Value: Union(&m.Process, "process", []Case[process]{
			CaseOf[process]("steady", "always the same", func(*steady) Value { return Struct(func() []Field { return nil }) }),
			CaseOf[process]("burst", "in groups", func(b *burst) Value { return Int(&b.Order, 2, 9) }),
		})},
		{Name: "tau", Value: Optional(&m.Tau, func(t *units.Time) Value { return time(t, NotNegative) })},
		{Name: "items", Value: ListOf(&m.Items, "an item", func(x *item) Value {
			return Struct(func() []Field {
				return []Field{{Name: "weight", Required: true, Value: Quantity(&x.Weight, units.ParseConductance, Positive, "uS", "nS")}}
			})
		})},
		{Name: "parts", Value: Named(&m.Parts, "part", func(p part) string { return p.Name }, func(p *part, name string) { p.Name = name },
			func(p *part) Value {
				return Struct(func() []Field { return []Field{{Name: "x", Required: true, Value: Float(&p.X, Any)}} })
			})},
	}
}

func (m *model) value() Value { return Struct(m.fields) }

func read(text string) (model, error) {
	var m model
	f, docs, err := Parse("m.yaml", []byte(text))
	if err != nil {
		return m, err
	}
	if len(docs) == 0 {
		return m, nil
	}
	return m, m.value().Read(f, "the model", docs[0])
}

const whole = `n: 20
seed: 7
gain: 1.5
delay: 2.5 ms
label: "a: b"
closed: true
process: {burst: 3}
tau: 20 ms
items:
  - {weight: 0.15 uS}
  - {weight: 0.05 uS}
parts:
  first: {x: 1}
  second one: {x: -2.5}
`

func wholeModel() model {
	tau := 20 * units.Ms
	return model{20, 7, 1.5, 2.5 * units.Ms, "a: b", true, burst{3}, &tau, []item{{0.15}, {0.05}}, []part{{"first", 1}, {"second one", -2.5}}}
}

// What is written is what was read, and the same as the text where that was
// written by the same rules.
func TestReadAndWrite(t *testing.T) {
	for text, want := range map[string]model{
		whole:       wholeModel(),
		"gain: 2\n": {Gain: 2},
		"gain: 0\nprocess: steady\nitems: [{weight: 150 nS}]\n":                                         {Process: steady{}, Items: []item{{0.15}}},
		"%YAML 1.2\n---\ngain: &g 2\nparts: {a: {x: *g}}\n":                                             {Gain: 2, Parts: []part{{"a", 2}}},
		"\ufeffgain: 1000.5 # a byte order mark before, a comment behind\r\nlabel: 'true'\r\ntau: 0 ms": {Gain: 1000.5, Label: "true", Tau: new(units.Time)},
	} {
		got, err := read(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
		if err := got.value().Check("the model"); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		written := YAML(got.value().Write(false))
		if text == whole && written != whole {
			t.Errorf("(-want +written)\n%s", cmp.Diff(whole, written))
		}
		for _, again := range []string{written, YAML(got.value().Write(true))} {
			if back, err := read(again); err != nil || !cmp.Equal(back, got) && again == written {
				t.Errorf("%q is read as %+v, %v, want %+v", again, back, err, got)
			}
		}
	}
}

// With full, nothing is left out that has a default.
func TestWriteFull(t *testing.T) {
	m := model{Gain: 2}
	want := "n: 100\nseed: 0\ngain: 2\ndelay: 1 ms\nclosed: false\nitems: []\nparts: {}\n"
	if got := YAML(m.value().Write(true)); got != want {
		t.Errorf("(-want +got)\n%s", cmp.Diff(want, got))
	}
}

// An error of a file names line and column, the key and the value.
func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"n: 2":                                 "m.yaml:1:1: the model: gain is missing",
		"gain: 1\nn: 0":                        `m.yaml:2:4: n must be a whole number from 1 to 1000, it is "0"`,
		"gain: 1\nn: 2.5":                      `2:4: n must be a whole number`,
		"gain: 1\nn: 010":                      `2:4: n is "010"; a number must not begin with 0`,
		"gain: 1\nseed: -1":                    `2:7: seed must be a whole number from 0 to 18446744073709551615, it is "-1"`,
		"gain: -1":                             "1:7: gain is -1, must be above -1",
		"gain: .nan":                           "1:7: gain is .nan, must be a finite number",
		"gain: 1e999":                          "1:7: gain is 1e999, must be a finite number",
		"gain: 0x10":                           `1:7: gain must be a number, it is "0x10"`,
		"gain: 1_000":                          `1:7: gain must be a number, it is "1_000"`,
		"gain: [1, 2]":                         "1:7: gain must be one value, it is a list",
		"gain: {a: 1}":                         "gain must be one value, it is a list of keys",
		"gain:":                                "gain has no value",
		"gain: 1\ndelay: 2":                    `2:8: delay: "2" is not a number with one of the units min, ms, s, us`,
		"gain: 1\ndelay: 0 ms":                 "2:8: delay is 0 ms, must be above 0",
		"gain: 1\ndelay: 02 ms":                `2:8: delay is "02 ms"; a number must not begin with 0`,
		"gain: 1\nlabel: ''":                   "2:8: label is missing",
		"gain: 1\nclosed: yes":                 `2:9: closed must be true or false, it is "yes"`,
		"gain: 1\nprocess: fast":               `2:10: process is "fast", must be one of steady, burst`,
		"gain: 1\nprocess: burst":              "2:10: process: burst needs a value",
		"gain: 1\nprocess: {burst: 2, steady}": "process must have one of the keys steady, burst, it has 2",
		"gain: 1\nprocess: {burst: 1}":         "2:18: burst must be a whole number from 2 to 9",
		"gain: 1\nitems: 5":                    `2:8: items must be a list, it is "5"`,
		"gain: 1\nitems: [{weight: -1 uS}]":    "2:18: weight is -1 uS, must be above 0",
		"gain: 1\nitems: [{}]":                 "an item: weight is missing",
		"gain: 1\nparts: [a]":                  "2:8: parts must be a list of keys, it is a list",
		"gain: 1\nparts: {a: {y: 1}}":          `part a has no "y"; it has x`,
		"gain: 1\ngain: 2":                     `2:1: the key "gain" stands already at 1:1`,
		"gain: *a":                             "there is no anchor &a",
		"gain: *a\nclosed: &a true":            "1:7: there is no anchor &a before it",
		"gain: !!float 1":                      "tags such as !!float are not supported",
		"<<: {gain: 1}":                        "merge keys (<<) are not supported",
		"[1, 2]":                               "1:1: the model must be a list of keys, it is a list",
		"5":                                    `1:1: the model must be a list of keys, it is "5"`,
		"gain: [":                              "m.yaml:1:",
		"gain: 1\nn: 1_0":                      `2:4: n must be a whole number from 1 to 1000, it is "1_0"`,
		"gain: 1\nn: 0o17":                     `2:4: n must be a whole number from 1 to 1000, it is "0o17"`,
		"gain: 1\nn: 5.0":                      `2:4: n must be a whole number from 1 to 1000, it is "5.0"`,
		"gain: 1:30":                           `1:7: gain must be a number, it is "1:30"`,
		"gain: 50%":                            `1:7: gain must be a number, it is "50%"`,
		"gain: 1\ndelay: 1 ms 2":               "2:8: delay: ",
		"gain: 1\nclosed: 'True'":              `2:9: closed must be true or false, it is "True"`,
		"gain: 1\ndelay: *d":                   "2:8: there is no anchor &d before it",
		"gain: !mine 1":                        "1:7: tags such as !mine are not supported",
		"gain: 1\nitems: &x [*x]":              "2:",
		"Gain: 1":                              `the model has no "Gain"; it has`,
		"\xff\xfeg\x00":                        "m.yaml: it is in UTF-16; save it as UTF-8",
		"\xfe\xff\x00g":                        "m.yaml: it is in UTF-16; save it as UTF-8",
		strings.Repeat("[", 200):               "m.yaml: lists are nested more than 100 deep",
		"x: |\n" + strings.Repeat(" a\n", 400000): "m.yaml: 1200005 bytes, must be at most 1048576",
		strings.Repeat("a: 1\n", 6000):            "m.yaml: 6000 lines have keys, must be at most 5000",
	} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "m.yaml:") {
			t.Errorf("%.40q: error %v, want %q", text, err, want)
		}
	}
}

// An error of a literal names the path.
func TestCheckRefuses(t *testing.T) {
	for want, change := range map[string]func(*model){
		"n: n is 2000, must be 1 to 1000":                            func(m *model) { m.N = 2000 },
		"gain: gain is -3, must be above -1":                         func(m *model) { m.Gain = -3 },
		"delay: delay is -2 ms, must be above 0":                     func(m *model) { m.Delay = -2 },
		"label: label is \"\\xff\", must be UTF-8":                   func(m *model) { m.Label = "\xff" },
		"process: burst is 1, must be 2 to 9":                        func(m *model) { m.Process = burst{1} },
		"tau: tau is -1 ms, must not be negative":                    func(m *model) { tau := units.Time(-1); m.Tau = &tau },
		"items[1].weight: weight is 0 uS, must be above 0":           func(m *model) { m.Items[1].Weight = 0 },
		`parts["second one"].x: x is NaN, must be finite`:            func(m *model) { m.Parts[1].X -= m.Parts[1].X; m.Parts[1].X /= m.Parts[1].X },
		"process: process is a fields.other, must be one of steady":  func(m *model) { m.Process = other{} },
		"process: process is a *fields.burst, must be one of steady": func(m *model) { m.Process = (*burst)(nil) },
	} {
		m := wholeModel()
		change(&m)
		err := m.value().Check("the model")
		path, ok := err.(*Error)
		if !ok {
			t.Errorf("error %v is none of a path, want %q", err, want)
			continue
		}
		if got := path.Path.String() + ": " + path.Error(); !strings.HasPrefix(got, want) {
			t.Errorf("error %q, want %q", got, want)
		}
	}
}

type other struct{ steady }

// Values are found and set by paths; the description that a copy shares lists
// with stays as it is.
func TestPaths(t *testing.T) {
	for _, c := range []struct{ path, text, want string }{
		{"n", "30", "30"}, {"delay", "3 ms", "3 ms"}, {"tau", "5 ms", "5 ms"}, {"process", "steady", "steady"}, {"process.burst", "4", "4"},
		{"items[1].weight", "0.3 uS", "0.3 uS"}, {`parts["second one"].x`, "8", "8"}, {"label", `"no"`, `"no"`}, {"items", "[]", "[]"},
	} {
		m, shared := wholeModel(), model{}
		shared = m
		p, err := ParsePath(c.path)
		if err != nil || p.String() != c.path {
			t.Errorf("path %q is %q, error %v", c.path, p, err)
			continue
		}
		if err := Set(m.value(), p, c.text); err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		v, err := Lookup(m.value(), p)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if got := strings.TrimSpace(YAML(v.Write(true))); got != c.want {
			t.Errorf("%s was set to %s and is %s", c.path, c.text, got)
		}
		if !cmp.Equal(shared.Items, wholeModel().Items) || !cmp.Equal(shared.Parts, wholeModel().Parts) {
			t.Errorf("%s: the lists of a copy changed", c.path)
		}
	}
	for path, want := range map[string]string{
		"":                 "the path is empty",
		"a..b":             "a name is empty",
		"items[x]":         `"[x]" is not an index`,
		"items[0":          `"[0" has no end`,
		`parts["a`:         "a name in quotes must end",
		"items[0]weight":   "must begin with a dot",
		"m":                `there is no "m"; there are closed, delay, gain`,
		"items[2].weight":  "items: there is no item [2]; there are [0] to [1]",
		"items[0].w":       `items[0]: there is no "w"; there are weight`,
		"parts.third.x":    `parts: there is no part "third"; there are ["first" "second one"]`,
		"n.x":              `n: there is no "x": the value has no parts`,
		"process.steady.x": `there is no "steady"`,
	} {
		m := wholeModel()
		p, err := ParsePath(path)
		if err == nil {
			_, err = Lookup(m.value(), p)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", path, err, want)
		}
	}
}

// A number is measured in the unit of its type, its default where it is none.
func TestMeasure(t *testing.T) {
	m := wholeModel()
	empty := model{}
	for _, c := range []struct {
		m    *model
		path string
		x    float64
		unit string
		ok   bool
	}{
		{&m, "n", 20, "", true}, {&m, "delay", 2.5, "ms", true}, {&m, "tau", 20, "ms", true}, {&m, "items[0].weight", 0.15, "uS", true}, {&m, "seed", 7, "", true},
		{&m, "label", 0, "", false}, {&m, "process", 0, "", false}, {&empty, "delay", 1, "ms", true}, {&empty, "n", 100, "", true}, {&empty, "tau", 0, "", false},
	} {
		p, err := ParsePath(c.path)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Lookup(c.m.value(), p)
		if err != nil {
			t.Fatal(err)
		}
		if x, unit, ok := Measure(v); x != c.x || unit != c.unit || ok != c.ok {
			t.Errorf("%s is %v %q, %v; want %v %q, %v", c.path, x, unit, ok, c.x, c.unit, c.ok)
		}
	}
}

// The schema has the bounds, the defaults and what is required.
func TestSchema(t *testing.T) {
	text, err := json.Marshal(new(model).value().Schema())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"n":{"default":100,"description":"cells","maximum":1000,"minimum":1,"type":"integer"}`, `"required":["gain"]`, `"additionalProperties":false`,
		`"gain":{"exclusiveMinimum":-1,"type":"number"}`, `"delay":{"default":"1 ms","pattern":`, `"closed":{"default":false,"type":"boolean"}`,
		`{"const":"steady","description":"always the same"}`, `"label":{"minLength":1,"type":"string"}`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the schema lacks %s:\n%s", want, text)
		}
	}
}

// Long lists go over several lines, and names that YAML takes for something
// else stand in quotes.
func TestYAML(t *testing.T) {
	long := Items{}
	for range 60 {
		long = append(long, Number(0.25))
	}
	m := &Map{}
	m.Add("on", Quoted("yes"))
	m.Add("long", long)
	text := YAML(m)
	for line := range strings.Lines(text) {
		if len(line) > lineWidth {
			t.Errorf("a line has %d bytes: %s", len(line), line)
		}
	}
	if !strings.HasPrefix(text, "\"on\": \"yes\"\nlong:\n  [0.25, ") || strings.Count(text, "0.25") != 60 {
		t.Errorf("it is written as\n%s", text)
	}
	var paths []string
	Flatten(wholeModelNode(), nil, func(p Path, _ Node) { paths = append(paths, p.String()) })
	want := []string{"n", "seed", "gain", "delay", "label", "closed", "process.burst", "tau", "items[0].weight", "items[1].weight", "parts.first.x", `parts["second one"].x`}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func wholeModelNode() Node { m := wholeModel(); return m.value().Write(false) }

// An error shows a long value by its beginning and end.
func TestErrorsAreShort(t *testing.T) {
	for _, text := range []string{"seed: " + strings.Repeat("9", 900_000), "seed: " + strings.Repeat("ä", 400_000), "seed: 0x" + strings.Repeat("f", 900_000)} {
		f, docs, err := Parse("x.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var x uint64
		err = Struct(func() []Field { return []Field{{Name: "seed", Value: Seed(&x)}} }).Read(f, "it", docs[0])
		if err == nil || len(err.Error()) > 1100 || !strings.Contains(err.Error(), "x.yaml:1:7: seed ") || !utf8.ValidString(err.Error()) {
			t.Errorf("an error of %d bytes", len(fmt.Sprint(err)))
		}
	}
}

// A misspelt key is told with the one that is meant, if there is one.
func TestMeant(t *testing.T) {
	table := []Field{{Name: "values"}, {Name: "from"}, {Name: "to"}, {Name: "n"}, {Name: "log"}, {Name: "with"}, {Name: "tau1"}, {Name: "tau2"}, {Name: "contraction_time_range"}}
	for key, want := range map[string]string{
		"value": "values", "vlaues": "values", "Values": "values", "form": "from", "fron": "from", "too": "to", "logg": "log", "contraction_range": "contraction_time_range",
		"whit": "", "steps": "", "tau": "", "x": "", "": "", "description": "",
	} {
		if want != "" {
			want = "; did you mean " + want + "?"
		}
		if got := meant(key, table); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
}

// An alias is the last anchor of its name before it, of however many there are: each was
// compared with all of them.
func TestManyAnchors(t *testing.T) {
	const n = 20_000
	var text strings.Builder
	text.WriteString("gain: 1\nitems:\n- {weight: &w 1 uS}\n- ")
	for i := range n {
		fmt.Fprintf(&text, "[&w %d uS, *w, *w]\n- ", i+2)
	}
	f, docs, err := Parse("m.yaml", []byte(strings.TrimSuffix(text.String(), "- ")))
	if err != nil {
		t.Fatal(err)
	}
	top, err := f.Mapping("the model", docs[0])
	if err != nil {
		t.Fatal(err)
	}
	items, err := f.Sequence("items", top[1].Value)
	if err != nil {
		t.Fatal(err)
	}
	for i, item := range items[1:] {
		all, err := f.Sequence("an item", item)
		if err != nil {
			t.Fatal(err)
		}
		for _, alias := range all {
			n, err := f.resolve(alias)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := n.GetToken().Value, fmt.Sprintf("%d uS", i+2); got != want {
				t.Fatalf("item %d is %q, want %q", i, got, want)
			}
		}
	}
}
