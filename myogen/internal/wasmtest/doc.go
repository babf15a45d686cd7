// Package wasmtest runs the exactness tests of the engine as WebAssembly in Node.
package wasmtest
