// Package engine advances many cells through time: it delivers synaptic
// events, detects spikes and records traces, each block of cells on its own
// between two exchanges of spikes, so that neither the number of workers nor the
// length of an epoch changes a result.
//
// A tile is a block of eight cells with what surrounds them. Two or three tiles
// are a group, which a worker carries through a quarter of an epoch: their state
// stays in the nearest cache, and while one tile solves its linear system the other
// computes its exponentials (see membrane.Pipeline). An epoch is as long as no
// spike can reach a cell within it: the shortest delay of a closed loop, or 50 ms.
// Events are sorted once an epoch and given to every tile by step; a terminal knows its
// contacts tile by tile.
package engine
