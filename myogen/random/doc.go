// Package random holds the random streams of a simulation. There is no
// generator that everybody shares: each random choice draws from a Stream of
// its own, named by seed, purpose, population and cell.
//
// Beside the named streams stands NumPy's default_rng, and the xorshift
// generators of MyoGen's drive neurons, both bit for bit: a run that draws
// from them in MyoGen's order has MyoGen's spikes.
package random
