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
