// Package keep computes named values once, and computes them again when what
// they were made from has changed. It is the mechanism behind kernel.Keep.
//
// A cell is a program of its own, so a value that is to outlive it must be in a
// file, and the next program must be able to tell whether the file still holds.
// Four things decide that.
//
// The key. A [Value] has a name, a function and inputs. Its key is a SHA-256
// over the parts that its function reaches: every declaration of the notebook,
// by the tokens of its source; every package of the notebook's modules, by
// content; every other module and Go itself, by version; then the inputs, by
// content, and the type of the value. Package code finds the declarations, and
// refuses what source code cannot tell, such as a variable that some function
// assigns. Package canon makes the digests of inputs. A key is known before
// anything is computed.
//
// The dependencies. What the function gets of other kept values on its way is
// known only after it ran. [Values] records it ([Values.use]): the keys of those
// values, their files, and theirs in turn. They are stored beside the value, and
// checked when it is read ([Values.outdated]). So a value has two identities, as
// in the cache of the go command: the key, by which it is found, and the keys
// and digests of what it used, by which it is believed.
//
// Doubt. A value is complete, partial or in doubt. It is partial if the stop
// button cut it or something it used short: it is kept apart, for [Value.Peek],
// and never returned by [Value.Get]. It is in doubt if something that it may
// have used failed or could not be kept: then it is not kept at all.
//
// The store. Package codec writes a value so that it is read back exactly as it
// was: nil, empty and zero apart. What would not survive is an error, and the
// value is not kept. [Value.Get] returns the value as it was read back, in the
// program that computed it too, so that this one and the next see equal values.
// Package store has the files: atomic, authenticated with a secret of the user,
// bounded in size, and shared by all notebooks of a folder.
//
// A [Checkpoint] is in the same store: the state of a run that is not complete.
package keep
