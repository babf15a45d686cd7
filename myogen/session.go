package myogen

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// Version is the version of this module that reports name where the build records
// none: a cell of a notebook uses the module as a folder.
const Version = "v0.2.0"

const modulePath = "gomyogen"

func newSession() Session {
	s := Session{Go: runtime.Version(), Module: modulePath + " " + Version, Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		version, revision := builtFrom(info)
		s.Module, s.Revision = modulePath+" "+version, revision
	}
	return s
}

// builtFrom returns the version of this module in a program, and the revision of the
// clone it was built in, if it was: "8f2c... modified" with changes of one's own.
func builtFrom(info *debug.BuildInfo) (version, revision string) {
	if info.Main.Path == modulePath {
		for _, set := range info.Settings {
			switch {
			case set.Key == "vcs.revision":
				revision = set.Value + revision
			case set.Key == "vcs.modified" && set.Value == "true":
				revision += " modified"
			}
		}
		return recorded(info.Main.Version), revision
	}
	for _, dep := range info.Deps {
		if dep.Path != modulePath {
			continue
		}
		if dep.Replace != nil { // by a folder, which has no version, or by another module
			return recorded(dep.Replace.Version), ""
		}
		return recorded(dep.Version), ""
	}
	return Version, ""
}

// recorded returns a version that a build recorded, or Version where it is none:
// "(devel)" of a folder, and what a clone without tags has.
func recorded(version string) string {
	if !strings.HasPrefix(version, "v") || strings.HasPrefix(version, "v0.0.0-") {
		return Version
	}
	return version
}
