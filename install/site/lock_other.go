//go:build !unix

package site

// lockFolder does nothing: package site is built here but not used.
func lockFolder(string) (unlock func(), err error) { return func() {}, nil }
