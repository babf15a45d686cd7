// Package random provides the random numbers of a simulation. There is no
// shared generator: each random choice draws from a [Stream] of its own, named
// by seed, purpose, population and cell, so that a result does not depend on
// what else was drawn, in which order, or on how many cores.
//
// [New] is NumPy's default_rng and [Xorshift] the generator of MyoGen's drive
// neurons, both bit for bit: a run that draws from them in MyoGen's order has
// MyoGen's spikes. A [Spiker] is a drive neuron; its [Process], [Poisson],
// [Erlang] or [Gamma], sets how regular it is.
package random
