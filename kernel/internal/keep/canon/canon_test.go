package canon

import (
	"math"
	"strings"
	"testing"
	"time"
)

type inner struct {
	Rate  float64
	notes map[string][]int
}

type outer struct {
	Name  string
	In    *inner
	Any   any
	Times []float64
	hook  func()
	next  *outer
}

func sum(t *testing.T, v any) string {
	t.Helper()
	s, err := Sum(v)
	if err != nil {
		t.Fatalf("Sum(%v): %v", v, err)
	}
	return s
}

// What is equal in content has one sum; any change of content, name or type
// has another.
func TestSum(t *testing.T) {
	make1 := func() *outer {
		o := &outer{Name: "a", In: &inner{65, map[string][]int{"x": {1}, "y": {2, 3}, "z": nil}}, Any: 1.5, Times: []float64{1, math.NaN()}}
		o.next = o
		return o
	}
	want := sum(t, make1())
	for range 20 { // maps come in another order each time
		if got := sum(t, make1()); got != want {
			t.Fatalf("the sums of equal values are %s and %s", got, want)
		}
	}
	for name, change := range map[string]func(*outer){
		"a text": func(o *outer) { o.Name = "b" }, "behind a pointer": func(o *outer) { o.In.Rate = 66 },
		"a map": func(o *outer) { o.In.notes["y"][1] = 4 }, "a key": func(o *outer) { o.In.notes["w"] = nil; delete(o.In.notes, "z") },
		"the type in an interface": func(o *outer) { o.Any = float32(1.5) }, "a length": func(o *outer) { o.Times = o.Times[:1] },
		"nil": func(o *outer) { o.In = nil },
	} {
		o := make1()
		change(o)
		if sum(t, o) == want {
			t.Errorf("changing %s leaves the sum", name)
		}
	}
	if sum(t, []string{"ab", "c"}) == sum(t, []string{"a", "bc"}) {
		t.Error("[ab c] and [a bc] have one sum")
	}
	if five := time.Unix(5, 0).UTC(); sum(t, five) != sum(t, five.Add(0)) || sum(t, time.Unix(5, 0)) == sum(t, time.Unix(6, 0)) {
		t.Error("times are not compared by their time")
	}
}

func TestSumRefusesByName(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{func() {}, "it is a func"},
		{&outer{hook: func() {}}, ".hook is a func"},
		{map[string]any{"c": make(chan int)}, `["c"] is a chan`},
		{[]any{1, func() {}}, "[1] is a func"},
	} {
		if _, err := Sum(c.v); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestCheckFindsCycles(t *testing.T) {
	o := &outer{In: &inner{}}
	if err := Check([]*outer{o, o}); err != nil { // twice is not a cycle
		t.Error(err)
	}
	o.next = o
	round, self := []any{1, nil}, map[string]any{}
	round[1], self["me"] = round, self
	for want, v := range map[string]any{"[1] leads back to itself": round, `["me"] leads back to itself`: self} {
		if err := Check(v); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
		if _, err := Sum(v); err != nil { // an input may
			t.Error(err)
		}
	}
	if err := Check(map[string]*outer{"o": o}); err == nil || err.Error() != `["o"].next leads back to itself` {
		t.Errorf("error %v", err)
	}
}

func TestDiffSaysWhere(t *testing.T) {
	for _, c := range []struct {
		a, b any
		want string
	}{
		{inner{notes: map[string][]int{"x": {1, 2}}}, inner{notes: map[string][]int{"x": {1, 3}}}, ".notes[x][1] is 2 and 3"},
		{&outer{Name: "a"}, &outer{}, ".Name is a and "},
		{outer{In: &inner{}}, outer{}, ".In is nil in one only"},
		{outer{hook: func() {}}, outer{}, ".hook is a func"},
		{outer{Any: 1}, outer{Any: "1"}, ".Any is a int and a string"},
		{[]int{1}, []int{}, "it has 1 and 0 elements"},
		{[]int{}, []int(nil), "it is nil in one only"},
		{outer{In: &inner{notes: map[string][]int{}}}, outer{In: &inner{}}, ".In.notes is nil in one only"},
		{[]float64{0}, []float64{math.Copysign(0, -1)}, "[0] is 0 and -0"},
		{[]float64{math.NaN()}, []float64{math.NaN()}, ""},
		{time.Unix(5, 0), time.Unix(5, 0).UTC(), "it differs"}, // their zones do
	} {
		if got := Diff(c.a, c.b); got != c.want {
			t.Errorf("Diff is %q, want %q", got, c.want)
		}
	}
}
