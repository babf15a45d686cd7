package fields

import (
	"slices"
	"strconv"
	"strings"
)

// Node is a value as it stands in a file: a [Text], [Items], a [List] or a [*Map].
type Node interface{ node() }

// Text is a scalar that needs no quotes: a number, a quantity, a keyword.
type Text string

// Items is a list.
type Items []Node

// List is a list of scalars, or of flat lists of them, that may be long: the text of
// an item is made when it is written.
type List struct {
	N    int
	Item func(i int) string
}

// Watched returns a node whose lists call look before each item. After an error of
// look the items are empty.
func Watched(n Node, look func() error) Node {
	switch n := n.(type) {
	case List:
		return List{n.N, func(i int) string {
			if look() != nil {
				return ""
			}
			return n.Item(i)
		}}
	case Items:
		all := make(Items, len(n))
		for i, x := range n {
			all[i] = Watched(x, look)
		}
		return all
	}
	return n
}

// Looked returns a value that calls look before it is checked or written. An error of
// look is that of Check; Write then returns an empty mapping.
func Looked(v Value, look func() error) Value { return looked{v, look} }

type looked struct {
	Value
	look func() error
}

// Inner returns the value itself.
func (l looked) Inner() Value { return l.Value }

func (l looked) Check(what string) error {
	if err := l.look(); err != nil {
		return err
	}
	return l.Value.Check(what)
}

func (l looked) Write(full bool) Node {
	if l.look() != nil {
		return &Map{}
	}
	return l.Value.Write(full)
}

// Len returns how many items the lists in a list have together.
func Len(n Node) int {
	switch n := n.(type) {
	case List:
		return n.N
	case Items:
		total := 0
		for _, x := range n {
			total += Len(x)
		}
		return total
	}
	return 0
}

// Map is a mapping that keeps its order.
type Map struct {
	keys   []string
	values []Node
}

func (Text) node()  {}
func (Items) node() {}
func (List) node()  {}
func (*Map) node()  {}

// Add adds a key to the mapping.
func (m *Map) Add(key string, n Node) { m.keys, m.values = append(m.keys, key), append(m.values, n) }

// keywords are words that a YAML reader takes for truth values and nothing.
var keywords = []string{"true", "false", "yes", "no", "on", "off", "null"}

// plain reports whether no YAML reader takes a text for something else: it begins
// with a letter or an underscore, does not end with a space, and has nothing but
// letters, digits and a few signs.
func plain(s string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
	return s != "" && strings.IndexByte(letters, s[0]) >= 0 && !strings.HasSuffix(s, " ") &&
		strings.Trim(s, letters+"0123456789 ./-") == "" && !slices.Contains(keywords, strings.ToLower(s))
}

// Quoted returns a text, with quotes where a YAML reader would take it for
// something else.
func Quoted(s string) Text {
	if plain(s) {
		return Text(s)
	}
	return Text(strconv.Quote(s))
}

// Number returns the shortest text that reads as x.
func Number(x float64) Text { return Text(strconv.FormatFloat(x, 'g', -1, 64)) }

// YAML returns the text of a node.
func YAML(n Node) string {
	var b strings.Builder
	block(&b, n, "", true)
	return b.String()
}

// lineWidth is how long a list or mapping on one line may be.
const lineWidth = 100

// flow returns a node on one line.
func flow(n Node) string {
	var parts []string
	switch n := n.(type) {
	case Text:
		return string(n)
	case Items:
		for _, x := range n {
			parts = append(parts, flow(x))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case List:
		for i := range n.N {
			parts = append(parts, n.Item(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *Map:
		for i, key := range n.keys {
			parts = append(parts, string(Quoted(key))+": "+flow(n.values[i]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return ""
}

// isFlat reports whether a node has only scalars, or flat lists of them, in it.
func isFlat(n Node) bool {
	switch n := n.(type) {
	case Items:
		for _, x := range n {
			if m, ok := x.(*Map); ok && len(m.keys) > 0 || !isFlat(x) {
				return false
			}
		}
	case *Map:
		for _, x := range n.values {
			if m, ok := x.(*Map); ok && len(m.keys) > 0 {
				return false
			}
			if !isFlat(x) {
				return false
			}
		}
	}
	return true
}

// block writes a node over several lines, each after the first with indent. At
// the top, and below a key, it begins on a line of its own.
func block(b *strings.Builder, n Node, indent string, top bool) {
	if empty(n) || !top && isFlat(n) && !isLong(n) {
		if text := flow(n); empty(n) || len(indent)+len(text) < lineWidth {
			b.WriteString(" " + text + "\n")
			return
		}
	}
	switch n := n.(type) {
	case Text:
		b.WriteString(" " + string(n) + "\n")
	case Items:
		if !top {
			b.WriteString("\n")
		}
		if !slices.ContainsFunc(n, isMap) {
			wrapped(b, List{len(n), func(i int) string { return flow(n[i]) }}, indent)
			return
		}
		for _, x := range n {
			var inner strings.Builder
			block(&inner, x, indent+"  ", false)
			text := strings.TrimPrefix(strings.TrimLeft(inner.String(), "\n"), indent+"  ")
			b.WriteString(indent + "- " + strings.TrimPrefix(text, " "))
		}
	case List:
		if !top {
			b.WriteString("\n")
		}
		wrapped(b, n, indent)
	case *Map:
		if !top {
			b.WriteString("\n")
		}
		for i, key := range n.keys {
			b.WriteString(indent + string(Quoted(key)) + ":")
			block(b, n.values[i], indent+"  ", false)
		}
	}
}

// isLong reports whether a list does not fit on a line.
func isLong(n Node) bool {
	l, ok := n.(List)
	return ok && l.N >= lineWidth
}

func isMap(n Node) bool {
	_, ok := n.(*Map)
	return ok
}

func empty(n Node) bool {
	switch n := n.(type) {
	case List:
		return n.N == 0
	case Items:
		return len(n) == 0
	case *Map:
		return len(n.keys) == 0
	}
	return false
}

// wrapped writes a list in brackets over several lines.
func wrapped(b *strings.Builder, list List, indent string) {
	line := indent + "["
	for i := range list.N {
		item := list.Item(i)
		if i < list.N-1 {
			item += ","
		}
		if len(line)+len(item) >= lineWidth {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent + " "
		}
		line += item + " "
	}
	b.WriteString(strings.TrimRight(line, " ") + "]\n")
}

// Flatten calls add for each scalar in a node with its path. A list of scalars
// is one entry.
func Flatten(n Node, p Path, add func(Path, Node)) {
	switch n := n.(type) {
	case *Map:
		for i, key := range n.keys {
			Flatten(n.values[i], append(p[:len(p):len(p)], key), add)
		}
		if len(n.keys) == 0 {
			add(p, n)
		}
	case Items:
		for i, x := range n {
			if !isMap(x) {
				add(p, n)
				return
			}
			Flatten(x, append(p[:len(p):len(p)], "["+strconv.Itoa(i)+"]"), add)
		}
		if len(n) == 0 {
			add(p, n)
		}
	default:
		add(p, n)
	}
}
