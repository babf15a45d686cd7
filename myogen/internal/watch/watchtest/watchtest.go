// Package watchtest counts the looks at a context.
package watchtest

import "context"

// Counting is a context that is cancelled when it was looked at more than Most times.
type Counting struct {
	context.Context
	Looks, Most int
}

func (c *Counting) Err() error {
	if c.Looks++; c.Looks > c.Most {
		return context.Canceled
	}
	return nil
}

// Stopped calls do with a context that is cancelled after so many looks, or fewer: what
// only computes is looked at by time, and a run that is faster than one whose looks were
// counted may end before.
func Stopped(parent context.Context, most int, do func(context.Context) error) (*Counting, error) {
	for {
		c := &Counting{Context: parent, Most: most}
		if err := do(c); err != nil || most == 0 {
			return c, err
		}
		most = most * 3 / 4
	}
}
