// Package engine advances many cells through time: it delivers synaptic events,
// detects spikes and records traces. Between two exchanges of spikes each block of cells
// advances on its own, so that neither the number of workers nor the length of an epoch
// changes a result.
//
// Two or three tiles are a group, which a worker advances by an epoch or a piece of
// one: the state of the cells stays in the nearest cache, and while one tile solves its
// linear system another computes its exponentials (see [membrane.Pipeline]). Events are
// sorted once an epoch and given to every tile by step.
//
// An epoch may have any number of steps in which no spike can reach a cell. Its caller
// chooses them by [Engine.StepTime] to report progress and to stop in time: short
// epochs cost more, 100 000 cells because their state comes from main memory in each.
//
// # Glossary
//
//	epoch     the steps of one call of Advance
//	tile      a block of eight cells with their clamps, traces and spike detectors
//	group     two or three tiles that one worker advances in turns
//	piece     a part of an epoch after which a group may change workers
//	terminal  the end of an axon: the contacts of one source in one connection
//	contact   a synapse that a terminal reaches
//	clamp     a current into a soma that is a function of time
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
// processor time of one thread, and elapsed time of two:
//
//	            NEURON  scalar      avx2          avx512        two threads: scalar, avx2, avx512
//	NERLab         316  113 (2.8x)  31.0 (10.2x)  20.7 (15.2x)  61.7  16.5  11.7 (27x)
//	Powers2017     903  233 (3.9x)  55.4 (16.3x)  39.4 (22.9x)   121  29.9  21.6 (42x)
//
// On a busy machine two threads gain nothing. The cores are shared with other
// machines: ratios of runs minutes apart vary by 10 %. From 100 to 10 000 cells,
// and from 1 s to 60 s, the time per cell and step stays within 16 %. A cell with
// 50 synaptic contacts takes 0.88 kB (NERLab) or 1.49 kB where there are 10 000,
// and 1.26 or 1.84 kB where there are 100.
package engine
