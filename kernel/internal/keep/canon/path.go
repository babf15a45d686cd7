package canon

import (
	"fmt"
	"strconv"
	"strings"
)

// Deepest is how many values may be in one another, as those of a linked list are: each
// is a call of a function, and a program that runs out of stack is killed.
const Deepest = 100_000

// Path is where a value is in another one, whose own path is nil. Its text is made when
// an error needs it: a path of each value of a long list, as text, would take time and
// memory that grow with the square of its length.
type Path struct {
	above *Path
	depth int
	text  string // what it adds; "" for an element
	index int    // of an element, from 0; -1 is none
}

func (p *Path) add(text string, index int) *Path {
	depth := 1
	if p != nil {
		depth += p.depth
	}
	return &Path{p, depth, text, index}
}

// Field returns the path of a field.
func (p *Path) Field(name string) *Path { return p.add("."+name, -1) }

// Index returns the path of an element of a list.
func (p *Path) Index(i int) *Path { return p.add("", i) }

// Key returns the path of what stands under a key of a map, which is written as text.
func (p *Path) Key(text string) *Path { return p.add("["+text+"]", -1) }

// Inside returns the path of what a pointer or an interface holds.
func (p *Path) Inside() *Path { return p.add("", -1) }

// KeyOf returns the path of a key of a map.
func (p *Path) KeyOf() *Path {
	k := p.add("a key of "+p.String(), -1)
	k.above = nil
	return k
}

// Check returns an error if the path is deeper than [Deepest].
func (p *Path) Check() error {
	if p != nil && p.depth > Deepest {
		return fmt.Errorf("%s is deeper than %d values in one another", p, Deepest)
	}
	return nil
}

// longPath is how many bytes of a path an error has at each end.
const longPath = 100

// String returns the path as Go would have it, "it" for the whole value; the middle of a
// long one is left out.
func (p *Path) String() string {
	var parts []string
	for ; p != nil; p = p.above {
		if p.index >= 0 {
			parts = append(parts, "["+strconv.Itoa(p.index)+"]")
		} else {
			parts = append(parts, p.text)
		}
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString(parts[i])
	}
	switch text := b.String(); {
	case text == "":
		return "it"
	case len(text) > 2*longPath:
		return strings.ToValidUTF8(text[:longPath]+" ... "+text[len(text)-longPath:], "")
	default:
		return text
	}
}
