//go:build nogonbui

package wire

// GoNB is the connection of this program.
var GoNB Pipe = &own{}
