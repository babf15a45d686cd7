package myogen

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/internal/fields"
)

// object is a JSON object.
type object = map[string]any

// visit calls f for every struct that a table of fields has, itself or in a
// part of it: with its schema, a value of it that has the keys it must have,
// and a function that puts a value in its place in a file.
func visit(schema object, inFile func(any) any, f func(schema, value object, inFile func(any) any)) {
	list, _ := schema["oneOf"].([]any)
	for _, one := range list {
		visit(one.(object), inFile, f)
	}
	if items, ok := schema["items"].(object); ok {
		visit(items, func(x any) any { return inFile([]any{x}) }, f)
	}
	if named, ok := schema["additionalProperties"].(object); ok {
		visit(named, func(x any) any { return inFile(object{"aMN": x}) }, f)
	}
	properties, ok := schema["properties"].(object)
	if !ok {
		return
	}
	value := example(schema).(object)
	f(schema, value, inFile)
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		visit(properties[key].(object), func(x any) any { return inFile(with(value, key, x)) }, f)
	}
}

func with(value object, key string, x any) object {
	value = maps.Clone(value)
	value[key] = x
	return value
}

var unitsOf = regexp.MustCompile(`\(([A-Za-z|]+)\)\$$`)

// example returns a value that a schema allows, with no key more than it must
// have.
func example(schema object) any {
	if list, ok := schema["oneOf"].([]any); ok {
		return example(list[0].(object))
	}
	if names, ok := schema["enum"].([]any); ok {
		return names[0]
	}
	if name, ok := schema["const"]; ok {
		return name
	}
	switch schema["type"] {
	case "object":
		value := object{}
		required, _ := schema["required"].([]any)
		for _, key := range required {
			value[key.(string)] = example(schema["properties"].(object)[key.(string)].(object))
		}
		if named, ok := schema["additionalProperties"].(object); ok {
			value["aMN"] = example(named)
		}
		return value
	case "array":
		if items, ok := schema["items"].(object); ok && schema["minItems"] == 1.0 {
			return []any{example(items)}
		}
		return []any{}
	case "integer":
		return max(schema["minimum"].(float64), 1)
	case "number":
		return 1.5
	case "boolean":
		return true
	case "string":
		if pattern, ok := schema["pattern"].(string); ok {
			return "1 " + strings.Split(unitsOf.FindStringSubmatch(pattern)[1], "|")[0]
		}
		return "aMN"
	}
	if schema["type"] == nil { // any value of an experiment
		return 1
	}
	panic(fmt.Sprintf("no example of %v", schema))
}

// eachStruct calls f for every struct of experiments, sweeps and fits.
func eachStruct(t *testing.T, f func(schema, value object, read func(x any) error)) {
	t.Helper()
	for _, table := range []func() func() []fields.Field{
		func() func() []fields.Field { return new(Experiment).fields },
		func() func() []fields.Field { return new(Sweep).file },
		func() func() []fields.Field { return new(Fit).file },
	} {
		text, err := json.Marshal(fields.Struct(table()).Schema())
		if err != nil {
			t.Fatal(err)
		}
		var schema object
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatal(err)
		}
		visit(schema, func(x any) any { return x }, func(schema, value object, inFile func(any) any) {
			f(schema, value, func(x any) error {
				text, err := json.Marshal(inFile(x)) // JSON is YAML
				if err != nil {
					t.Fatal(err)
				}
				return parseFile("e.yaml", text, table(), func() error { return nil })
			})
		})
	}
}

// A file without a key that it must have is refused, whatever struct the key is
// of.
func TestRequiredKeysAreMissed(t *testing.T) {
	missed := map[string]int{}
	eachStruct(t, func(schema, value object, read func(any) error) {
		required, _ := schema["required"].([]any)
		for _, key := range required {
			key := key.(string)
			if err := read(value); err != nil && strings.Contains(err.Error(), key+" is missing") {
				t.Errorf("%v with all its keys: error %v", value, err)
			}
			less := maps.Clone(value)
			delete(less, key)
			err := read(less)
			if err == nil || !strings.HasPrefix(err.Error(), "e.yaml:1:") ||
				!strings.Contains(err.Error(), key+" is missing") && !strings.Contains(err.Error(), "must have one of the keys") {
				t.Errorf("%v without %s: error %v, want it to say that it is missing", value, key, err)
			}
			missed[key]++
			// Where the struct is that of one kind of several, the name of the kind alone is
			// not short for one that lacks its keys.
			if kind, _ := schema["properties"].(object)[key].(object); kind["required"] != nil {
				if err := read(key); err == nil {
					t.Errorf("%s alone is taken as %v", key, value)
				}
			}
		}
	})
	for _, key := range []string{"duration", "populations", "thresholds", "trains", "period", "source", "target", "weight", "peak", "amplitude",
		"frequency", "to", "level", "high", "values", "population", "cell", "path", "axes", "sweep",
		"parameters", "targets", "fit", "from", "statistic", "value", "tolerance"} {
		if missed[key] == 0 {
			t.Errorf("no struct was tried without %s", key)
		}
	}
	t.Logf("%v", missed)
}

// A zero that somebody writes is a zero: it is refused where a default other
// than zero would take its place.
func TestZerosAreNoDefaults(t *testing.T) {
	number := regexp.MustCompile(`^0(\.0*)?( |$)`)
	tried := map[string]int{}
	eachStruct(t, func(schema, value object, read func(any) error) {
		for key, p := range schema["properties"].(object) {
			p := p.(object)
			standard, ok := p["default"]
			if !ok || p["type"] != "integer" && p["type"] != "number" && p["type"] != "string" {
				continue
			}
			var zero any = 0
			if p["type"] == "string" {
				if p["pattern"] == nil {
					continue // a name
				}
				zero = "0" + strings.TrimPrefix(example(p).(string), "1")
			}
			err := read(with(value, key, zero))
			isRefused := err != nil && regexp.MustCompile(`[ :]`+key+` (is|must be) .*(above|from|least)`).MatchString(err.Error())
			if isZero := number.MatchString(fmt.Sprint(standard)); isRefused == isZero {
				t.Errorf("%s: %v beside the default %v: error %v", key, zero, standard, err)
			}
			tried[key]++
		}
	})
	for _, key := range []string{"step", "n", "range_ratio", "slope", "max", "tau", "latency", "delay", "period", "start", "noise", "repeats", "trials"} {
		if tried[key] == 0 {
			t.Errorf("no struct was tried with a %s of zero", key)
		}
	}
	t.Logf("%v", tried)
}
