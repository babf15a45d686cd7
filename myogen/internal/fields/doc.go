// Package fields describes plain data by one table of fields, from which
// everything else about a description follows: YAML in and out, the checks of
// its values, its JSON Schema, and paths such as "connections[0].weight" that
// name any value in it.
//
// A struct lists its fields in a method that binds each to its place:
//
//	func (c *Connection) fields() []fields.Field {
//		return []fields.Field{
//			{Name: "source", Doc: "population that fires", Required: true, Value: fields.Name(&c.Source)},
//			{Name: "weight", Doc: "peak conductance of one event", Required: true, Value: conductance(&c.Weight, fields.Positive)},
//		}
//	}
//
// Values compose: [Struct] of fields, [List], [Named] and [Union] of others.
// A field that is not required may be left out of a file, and a zero value in
// Go stands for its default.
package fields
