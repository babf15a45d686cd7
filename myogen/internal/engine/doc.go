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
// Workers are a team that stays awake between epochs. Events are sorted once an
// epoch and given to every tile by step; a terminal knows its contacts tile by tile.
//
// # Speed
//
// On two cores of a Zen 4 (AVX-512 in two halves of 256 bits), Go 1.26.8,
// NEURON 9.0.2, with the command
//
//	myogen bench -neuron PYTHON -growth
//
// 100 cells, 15 s at 0.1 ms under 69 026 given drive spikes; all 14 113 and
// 4423 spikes are NEURON's to the last bit. Nanoseconds per cell and step,
// processor time of one thread:
//
//	            NEURON  scalar      avx2          avx512
//	NERLab         328  116 (2.8x)  30.1 (10.9x)  20.5 (16.0x)
//	Powers2017     943  234 (4.0x)  57.4 (16.4x)  42.3 (22.3x)
//
// Two threads, with both cores free, take the 15 s from 0.305 to 0.174 s (NERLab) and
// from 0.586 to 0.322 s; on a busy machine they gain nothing.
// The cores are shared with other machines: ratios of runs minutes apart vary by 10 %.
// From 100 to 10 000 cells, and from 1 s to 60 s, the time per cell and step stays within 15 %.
// A cell with 50 synaptic contacts takes 0.9 kB (NERLab) or 1.5 kB.
package engine
