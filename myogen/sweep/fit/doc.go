// Package fit searches for values of an experiment, so that statistics of its
// runs come close to those that are wanted.
//
// A [myogen.Fit] says what is searched for. [Search.Run] makes the trials, on all
// cores where the method asks for several at a time or a trial has several runs,
// and keeps each in a folder as soon as it is made: what was interrupted goes on
// where it was. A trial that is kept is not made again; the method learns its
// statistics from the row. The answer is the same with any number of workers and
// after any interruption.
//
// A [Minimizer], such as that of package optimizer, decides where to try next. It
// moves in a cube in which each parameter goes from 0, its lower bound, to 1, and
// is reflected at the bounds. A point whose values were tried before is no further
// trial.
package fit
