package fields

import "maps"

// Schema is a JSON Schema (draft 2020-12).
type Schema map[string]any

// with returns the schema with one more keyword.
func (s Schema) with(keyword string, value any) Schema {
	s = maps.Clone(s)
	s[keyword] = value
	return s
}
