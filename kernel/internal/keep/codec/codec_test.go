package codec

import (
	"bytes"
	"database/sql"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gomyogen/kernel/internal/keep/canon"
)

type named struct {
	X []int
	M map[string]*int
}

type pointed struct{ M map[string]*int }

type embedded struct{ E []string }

type embeds struct {
	embedded
	N int
}

// nilPanics writes itself and panics when it is zero.
type nilPanics struct{ P *int }

func (p nilPanics) MarshalBinary() ([]byte, error) { return []byte{byte(*p.P)}, nil }

func (p *nilPanics) UnmarshalBinary(b []byte) error {
	p.P = new(int)
	*p.P = int(b[0])
	return nil
}

type list struct {
	Next *list
	Tags map[string]list
}

type box[T any] struct {
	V    T
	Many []T
}

type stamped struct {
	time.Time
	Note string
}

func init() {
	gob.Register(named{})
	gob.Register(&pointed{})
	gob.Register([]float64{})
}

// kinds are the types that others are made of.
var kinds = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int8](), reflect.TypeFor[int64](), reflect.TypeFor[uint16](), reflect.TypeFor[uint64](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex128](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](),
	reflect.TypeFor[any](), reflect.TypeFor[named](), reflect.TypeFor[embeds](), reflect.TypeFor[time.Time](), reflect.TypeFor[struct{}](),
}

// anyType draws a type with others in it, a few deep.
func anyType(t *rapid.T, depth int) reflect.Type {
	if depth == 0 {
		return rapid.SampledFrom(kinds).Draw(t, "kind")
	}
	inner := func() reflect.Type { return anyType(t, depth-1) }
	switch rapid.IntRange(0, 5).Draw(t, "shape") {
	case 0:
		return reflect.SliceOf(inner())
	case 1:
		return reflect.ArrayOf(rapid.IntRange(0, 3).Draw(t, "length"), inner())
	case 2:
		return reflect.PointerTo(inner())
	case 3:
		return reflect.MapOf(rapid.SampledFrom([]reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[[2]float64]()}).Draw(t, "key"), inner())
	case 4:
		var fields []reflect.StructField
		for i := range rapid.IntRange(0, 3).Draw(t, "fields") {
			fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: inner()})
		}
		return reflect.StructOf(fields)
	}
	return inner()
}

// anyValue sets v to a value in which nil, empty and zero are frequent.
func anyValue(t *rapid.T, v reflect.Value) {
	zero := func() bool { return rapid.IntRange(0, 2).Draw(t, "zero") == 0 }
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Unix(rapid.Int64Range(0, 1e10).Draw(t, "time"), 5).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int, reflect.Int8, reflect.Int64:
		if x := rapid.Int64().Draw(t, "int"); !v.OverflowInt(x) {
			v.SetInt(x)
		}
	case reflect.Uint16, reflect.Uint64:
		if x := rapid.Uint64().Draw(t, "uint"); !v.OverflowUint(x) {
			v.SetUint(x)
		}
	case reflect.Float32:
		v.SetFloat(float64(rapid.Float32().Draw(t, "float32")))
	case reflect.Float64:
		v.SetFloat(rapid.OneOf(rapid.Float64(), rapid.Just(math.Copysign(0, -1)), rapid.Just(math.Inf(-1))).Draw(t, "float"))
	case reflect.Complex128:
		v.SetComplex(complex(rapid.Float64().Draw(t, "re"), rapid.Float64().Draw(t, "im")))
	case reflect.String:
		v.SetString(rapid.String().Draw(t, "string"))
	case reflect.Array:
		for i := range v.Len() {
			anyValue(t, v.Index(i))
		}
	case reflect.Slice:
		if zero() {
			return
		}
		n := rapid.IntRange(0, 3).Draw(t, "length")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			anyValue(t, v.Index(i))
		}
	case reflect.Map:
		if zero() {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			anyValue(t, key)
			anyValue(t, elem)
			v.SetMapIndex(key, elem)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				anyValue(t, v.Field(i))
			} else if v.Type().Field(i).Anonymous {
				anyValue(t, v.Field(i).Field(0))
			}
		}
	case reflect.Pointer:
		if !zero() {
			v.Set(reflect.New(v.Type().Elem()))
			anyValue(t, v.Elem())
		}
	case reflect.Interface:
		x := rapid.SampledFrom([]any{nil, 1, "a", []float64{}, []float64(nil), named{}, named{X: []int{}}, &pointed{M: map[string]*int{"a": nil}}}).Draw(t, "any")
		if x != nil {
			v.Set(reflect.ValueOf(x))
		}
	}
}

// What is read is what was written, nil and empty apart, at any depth; equal
// values have equal bytes.
func TestIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := reflect.New(anyType(t, rapid.IntRange(0, 4).Draw(t, "depth"))).Elem()
		anyValue(t, v)
		b, err := Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(b, v.Type())
		if err != nil {
			t.Fatalf("%#v: %v", v, err)
		}
		if where := canon.Diff(v.Interface(), back.Interface()); where != "" {
			t.Fatalf("%#v comes back as %#v: %s", v, back, where)
		}
		if again, err := Encode(back); err != nil || string(again) != string(b) {
			t.Fatalf("%#v is written in two ways, error %v", v, err)
		}
	})
}

func roundTrip(v any) (any, error) {
	b, err := Encode(reflect.ValueOf(v))
	if err != nil {
		return nil, err
	}
	back, err := Decode(b, reflect.TypeOf(v))
	return back.Interface(), err
}

// What gob loses.
func TestWhatGobLoses(t *testing.T) {
	zero, none := 0, []int{}
	for _, v := range []any{
		[]int{}, []int(nil), [2][]int{{}, nil}, map[string][]int{"a": {}, "b": nil}, map[int]int{}, map[int]int(nil),
		&none, &zero, []*int{nil, &zero}, [1]*int{}, map[string]*int{"a": nil}, struct{ P **int }{new(*int)},
		math.Copysign(0, -1), []any{nil, 1, named{X: []int{}}}, struct{}{}, []struct{}{{}, {}},
		embeds{embedded{[]string{}}, 2}, *big.NewInt(0), big.NewInt(-7), time.Unix(5, 6).UTC(),
		[]stamped{{time.Unix(5, 6).UTC(), "note"}},
		// Empty and nil at the bottom of anything, in anything.
		map[string]map[int][]float64{"a": {}, "b": nil, "c": {1: {}, 2: nil}}, [][][]int{nil, {}, {nil}, {{}}}, [0]int{}, [3]map[string]int{{}, nil},
		&[]map[string]any{{"a": []float64{}}, {"b": []float64(nil)}, {}, nil}, []any{named{M: map[string]*int{}}, named{}, []float64(nil), []float64{}},
		struct{ A, B []byte }{[]byte{}, nil}, []string{}, map[[2]float64][]int{{0, math.Inf(1)}: {}}, []*[]int{nil, new([]int)}, new(*[]int), []error{nil},
		complex(math.Copysign(0, -1), math.Inf(-1)), []complex64{0, complex(0, 1)}, float32(math.Inf(-1)), []float32{float32(math.Copysign(0, -1))}, math.SmallestNonzeroFloat64, int64(math.MinInt64), uint64(math.MaxUint64),
		time.Time{}, []time.Time{}, &time.Time{}, time.Duration(0), []time.Duration(nil), map[time.Month][]bool{1: {}}, embeds{}, []embeds{}, *big.NewFloat(-0.5), rune(0), "\x00\xff", map[string]struct{}{"": {}},
		// Keys of any type, types that contain themselves, generic and named ones, nil of types that write themselves.
		map[any]int{1: 2, "a": 3, 2.5: 1}, map[float64]int{math.Copysign(0, -1): 1}, map[struct{ A any }]int{{1}: 1}, list{Next: &list{Tags: map[string]list{"a": {}, "b": {Tags: map[string]list{}}}}},
		box[map[string]int]{nil, []map[string]int{nil, {}}}, box[box[[]byte]]{}, []*big.Int{nil, big.NewInt(0), big.NewInt(-1)}, (*big.Float)(nil), *big.NewRat(-1, 3), []*time.Time{nil, {}},
		struct{ E error }{}, [2]chan int{}, [0]func(){}, [2][0]int{}, struct{ M sync.Mutex }{}, struct {
			A atomic.Int64
			N int
		}{N: 1}, json.RawMessage{}, json.Number("1e5"), netip.Addr{}, netip.MustParseAddr("::1%a"), *rand.NewPCG(1, 2),
		sql.NullString{Valid: true}, []rune("ä"), [][]struct{}{nil, {}, {{}}}, nilPanics{new(int)}, &embeds{N: 1}, []any{int8(3), true, []byte{}, complex64(1), nil},
	} {
		back, err := roundTrip(v)
		if err != nil || !reflect.DeepEqual(v, back) {
			t.Errorf("%#v comes back as %#v, error %v", v, back, err)
		}
	}
}

func locked() *sync.Mutex {
	m := new(sync.Mutex)
	m.Lock()
	return m
}

func TestRefusals(t *testing.T) {
	for want, v := range map[string]any{
		".b is not exported":                   struct{ b int }{1},
		"[1].Next.b is not exported":           []struct{ Next struct{ b []int } }{{}, {struct{ b []int }{[]int{}}}},
		"it is a func":                         func() {},
		`[a] is a chan`:                        map[string]chan int{"a": make(chan int)},
		"gob knows *codec.named as codec.n":    []any{&named{}},
		"type not registered for interface":    []any{struct{ Other int }{1}},
		"[0].Any: gob: type not registered f":  []struct{ Any any }{{embeds{}}},
		"[0] has the key NaN, which nothing":   []map[float64]int{{1: 1, math.NaN(): 2}},
		"it has the key [NaN 1]":               map[[2]float32]int{{float32(math.NaN()), 1}: 2},
		"it has the key (NaN+0i)":              map[complex128]int{complex(math.NaN(), 0): 1},
		".M has the key":                       struct{ M map[any]int }{map[any]int{math.NaN(): 1}},
		"[1]: the methods that write and read": []nilPanics{{new(int)}, {}},
		".F: gob: type not registered":         struct{ F any }{func() {}},
		".E: gob: type not registered":         struct{ E error }{errors.New("x")},
		"[b].mu is not exported":               map[string]*sync.Mutex{"a": nil, "b": locked()},
		".x is not exported":                   struct{ x any }{[]int(nil)},
	} {
		if _, err := roundTrip(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%#v: error %v, want %q", v, err, want)
		}
	}
}

func TestEncodeAtMost(t *testing.T) {
	v := reflect.ValueOf(map[string][][]float64{"a": {make([]float64, 100), make([]float64, 100)}})
	if b, err := EncodeAtMost(v, 1700); err != nil || len(b) < 1600 {
		t.Errorf("%d bytes, error %v", len(b), err)
	}
	if b, err := EncodeAtMost(v, 1500); err != ErrTooLarge || len(b) > 900 {
		t.Errorf("%d bytes, error %v", len(b), err)
	}
}

// Bytes that were not written are an error or a value, and no more memory than
// there are bytes for.
func FuzzDecode(f *testing.F) {
	type all struct {
		A []named
		B map[string]any
		C [2]*embeds
		D []struct{}
		E complex64
		F []byte
	}
	b, err := Encode(reflect.ValueOf(all{[]named{{X: []int{1}}}, map[string]any{"a": named{}}, [2]*embeds{{}}, nil, 1, []byte("x")}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{1, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := Decode(b, reflect.TypeFor[all]())
		if err != nil {
			return
		}
		if _, err := Encode(v); err != nil {
			t.Error(err)
		}
	})
}

// chain is a linked list.
type chain struct {
	Value int
	Next  *chain
}

// linked returns a list of n values.
func linked(n int) *chain {
	var c *chain
	for i := range n {
		c = &chain{i, c}
	}
	return c
}

// A long linked list is kept, and one that is too deep is an error that says so, before
// the stack is used up.
func TestLinkedLists(t *testing.T) {
	long := linked(20_000)
	back, err := roundTrip(long)
	if err != nil {
		t.Fatal(err)
	}
	if where := canon.Diff(long, back); where != "" {
		t.Error(where)
	}
	last := back.(*chain)
	for ; last.Next != nil; last = last.Next {
	}
	last.Value = 7
	if where := canon.Diff(long, back); !strings.HasPrefix(where, ".Next.Next.") || !strings.HasSuffix(where, ".Next.Value is 0 and 7") || len(where) > 300 {
		t.Errorf("the last value differs, it says %q", where)
	}
	if _, err := canon.Sum(long); err != nil {
		t.Error(err)
	}
	deep := linked(3_000_000)
	_, encodeErr := roundTrip(deep)
	_, sumErr := canon.Sum(deep)
	for what, err := range map[string]error{"Encode": encodeErr, "Sum": sumErr, "Check": canon.Check(deep), "Diff": errors.New(canon.Diff(deep, linked(3_000_000)))} {
		if err == nil || !strings.HasPrefix(err.Error(), ".Next.Next.") || !strings.Contains(err.Error(), " is deeper than 100000 values in one another") || len(err.Error()) > 300 {
			t.Errorf("%s of a list that is too long: error %v", what, err)
		}
	}
	b := bytes.Repeat([]byte{1, 1, 0}, 1_000_000)
	if _, err := Decode(b, reflect.TypeFor[*chain]()); err == nil || !strings.Contains(err.Error(), "more than 100000 values are in one another") {
		t.Errorf("Decode of bytes that are too deep: error %v", err)
	}
}

// A time comes back in its zone, with the zone's name.
func TestTimeZones(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err) // there is no database of zones
	}
	cet, err := time.LoadLocation("CET") // has summer time, unlike a fixed one of its name
	if err != nil {
		t.Skip(err)
	}
	at := time.Unix(1_700_000_000, 5)
	for _, loc := range []*time.Location{
		berlin, cet, time.UTC, time.Local, time.FixedZone("CET", 3600), time.FixedZone("", -90), time.FixedZone("UTC", 0), time.FixedZone("Local", 0), time.FixedZone("lab clock", 20),
	} {
		want := at.In(loc)
		back, err := roundTrip([]time.Time{want})
		if err != nil {
			t.Errorf("%v: %v", want, err)
			continue
		}
		got := back.([]time.Time)[0]
		summer := func(t time.Time) string { return t.AddDate(0, 6, 0).String() }
		if !got.Equal(want) || got.String() != want.String() || got.Location().String() != loc.String() || summer(got) != summer(want) {
			t.Errorf("%v in %v comes back as %v in %v", want, loc, got, got.Location())
		}
	}
}

// A value whose zone could not be found again is an error that names the zone.
func TestUnknownTimeZone(t *testing.T) {
	tz := filepath.Join("/usr/share/zoneinfo", "Europe", "Berlin")
	data, err := os.ReadFile(tz)
	if err != nil {
		t.Skip(err)
	}
	loc, err := time.LoadLocationFromTZData("Lab/Bench", data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := roundTrip(map[string]time.Time{"a": time.Unix(5, 6).In(loc)}); err == nil || err.Error() != `[a]: its time zone "Lab/Bench" is not one that could be found again` {
		t.Errorf("error %v", err)
	}
}
