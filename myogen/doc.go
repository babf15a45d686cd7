// Package myogen simulates a pool of spinal motor neurons recruited by a
// descending drive.
//
// What is simulated is described first - recruitment thresholds, an
// AlphaMNPool, a DescendingDrivePool, a Network of both - and run by a
// Simulation. Descriptions hold no state of a run: the same description and
// seed give the same spikes, on any platform and any number of cores.
//
// The models, their parameters and the order of operations are those of the
// Python package MyoGen 0.12 on NEURON 8.2, spike for spike.
package myogen
