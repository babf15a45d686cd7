package myogen

import (
	"runtime/debug"
	"strings"
	"testing"
)

// A report names the version and the revision that the program was built from, as
// far as the build knows them.
func TestBuiltFrom(t *testing.T) {
	settings := func(pairs ...string) (s []debug.BuildSetting) {
		for i := 0; i < len(pairs); i += 2 {
			s = append(s, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return s
	}
	main := func(version string, s []debug.BuildSetting) debug.BuildInfo {
		return debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: version}, Settings: s}
	}
	dep := func(d debug.Module) debug.BuildInfo {
		d.Path = modulePath
		return debug.BuildInfo{Main: debug.Module{Path: "example.org/study", Version: "v9.0.0"}, Deps: []*debug.Module{{Path: "other", Version: "v7.0.0"}, &d},
			Settings: settings("vcs.revision", "of the study", "vcs.modified", "true")}
	}
	for name, c := range map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"a clone":                        {main("v0.0.0-20260102030405-8f2c0aa11b22", settings("vcs.revision", "8f2c", "vcs.modified", "false")), Version + ",8f2c"},
		"a changed clone":                {main("v0.0.0-20260102030405-8f2c0aa11b22+dirty", settings("vcs.revision", "8f2c", "vcs.modified", "true")), Version + ",8f2c modified"},
		"settings in another order":      {main("(devel)", settings("vcs.modified", "true", "vcs.revision", "8f2c")), Version + ",8f2c modified"},
		"a tagged clone":                 {main("v0.4.0", settings("vcs.revision", "8f2c")), "v0.4.0,8f2c"},
		"a clone after a tag":            {main("v0.4.1-0.20260102030405-8f2c0aa11b22", settings("vcs.revision", "8f2c")), "v0.4.1-0.20260102030405-8f2c0aa11b22,8f2c"},
		"without version control":        {main("(devel)", nil), Version + ","},
		"no version at all":              {main("", nil), Version + ","},
		"a release in another module":    {dep(debug.Module{Version: "v0.4.0"}), "v0.4.0,"},
		"a revision in another module":   {dep(debug.Module{Version: "v0.4.1-0.20260102030405-8f2c0aa11b22"}), "v0.4.1-0.20260102030405-8f2c0aa11b22,"},
		"a workspace":                    {dep(debug.Module{Version: "(devel)"}), Version + ","},
		"replaced by a folder":           {dep(debug.Module{Version: "v0.4.0", Replace: &debug.Module{Path: "../gomyogen"}}), Version + ","},
		"replaced by a fork's release":   {dep(debug.Module{Version: "v0.4.0", Replace: &debug.Module{Path: "example.org/fork", Version: "v0.5.0"}}), "v0.5.0,"},
		"a program that does not use it": {debug.BuildInfo{}, Version + ","},
	} {
		version, revision := builtFrom(&c.info)
		if got := version + "," + revision; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if s := newSession(); strings.Contains(s.Module, "devel") {
		t.Errorf("a test's report names %q", s.Module)
	}
}
