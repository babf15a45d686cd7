package kernel

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/live"
	"gomyogen/kernel/chart/still"
)

// Show shows a figure in the cell: a still picture that becomes a live chart
// where scripts run. The first figure of a notebook brings the chart library
// along, so that an exported page needs no network. A figure that cannot be
// drawn ends the cell as Check does.
func Show(f chart.Figure) {
	Check(show(f))
}

func show(f chart.Figure) error {
	png, err := still.PNG(f)
	if err != nil {
		return err
	}
	var carrier []byte
	if gonbui.IsNotebook {
		carrier = library()
	}
	page, err := live.HTML(f, png, carrier)
	if err != nil {
		return err
	}
	return display("", map[string]string{
		"text/html":  page,
		"text/plain": fmt.Sprintf("Figure %q with %d panels", f.Title, len(f.Panels)),
	})
}

// library returns the gzipped chart library the first time that a kernel asks
// and nothing later. Without the library a figure is alive where another page
// element has it, and a still elsewhere.
func library() []byte {
	marker := filepath.Join(os.Getenv("GONB_TMP_DIR"), "echarts-carried")
	if _, err := os.Stat(marker); err == nil {
		return nil
	}
	code, err := os.ReadFile(os.Getenv("MYOGEN_ECHARTS"))
	if err != nil {
		return nil
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := z.Write(code); err != nil || z.Close() != nil {
		return nil
	}
	if err := os.WriteFile(marker, nil, 0o644); err != nil {
		return nil // it would ride in every figure
	}
	return b.Bytes()
}

// Save writes a figure to an .html file, alive wherever the chart library is
// found, or a .png file.
func Save(f chart.Figure, path string) error {
	png, err := still.PNG(f)
	if err != nil {
		return err
	}
	var data []byte
	switch ext := filepath.Ext(path); ext {
	case ".png":
		data = png
	case ".html":
		var carrier bytes.Buffer
		if code, err := os.ReadFile(os.Getenv("MYOGEN_ECHARTS")); err == nil {
			z := gzip.NewWriter(&carrier)
			if _, err := z.Write(code); err != nil {
				return err
			}
			if err := z.Close(); err != nil {
				return err
			}
		}
		page, err := live.HTML(f, png, carrier.Bytes())
		if err != nil {
			return err
		}
		data = []byte("<!DOCTYPE html><meta charset=\"utf-8\"><body style=\"background:#fff;font-family:sans-serif\">" + page)
	default:
		return fmt.Errorf("kernel: %s: a figure is saved as .html or .png, not %q", path, ext)
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
