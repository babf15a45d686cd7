// Package sweep runs many experiments that differ in some of their values, on
// all cores of a machine or in shards on several, and gathers what each gave in
// one tidy table: a row for each run.
//
// A [myogen.Sweep] says which values change. [Run] runs it or a shard of it,
// and keeps each row in a folder as soon as it has it: what was interrupted goes
// on where it was, and no run is made twice. [Merge] puts the rows of all shards
// together. The table is the same, byte for byte, with any number of workers and
// shards and after any interruption.
package sweep
