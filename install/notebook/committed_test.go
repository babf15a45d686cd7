package notebook

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// local finds paths of a machine.
var local = regexp.MustCompile(`(^|[\s"'(=])(/(home|root|Users|tmp|var|work)/|[A-Z]:\\)[^\s"']*`)

// The committed notebooks are executed ones whose outputs are those of their
// code, without an error or a local path, each figure with its still, the chart
// library in one of them, each small. go run ./install run -w notebooks/*.ipynb brings them up to date.
func TestCommittedNotebooks(t *testing.T) {
	module := filepath.Join("..", "..")
	files, err := filepath.Glob(filepath.Join(module, "notebooks", "*.ipynb"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d notebooks, error %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".ipynb"), func(t *testing.T) {
			if info, err := os.Stat(file); err != nil || info.Size() > 2_500_000 {
				t.Errorf("it has %d bytes, may have 2 500 000 (error %v)", info.Size(), err)
			}
			nb, err := Read(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := nb.Stale(module); err != nil {
				t.Errorf("stale: %v", err)
			}
			if err := nb.Failed(); err != nil {
				t.Error(err)
			}
			all, libraries := 0, 0
			for i, c := range nb.Cells {
				for _, o := range c.Outputs {
					texts := []string{string(o.Text), o.As("text/plain")}
					html := o.As("text/html")
					for _, text := range append(texts, html) {
						if path := local.FindString(text); path != "" {
							t.Errorf("cell %d shows the local path %q", i+1, path)
						}
					}
					figures, stills := strings.Count(html, `class="myogen-figure`), strings.Count(html, `src="data:image/png;base64,`)
					if figures > stills {
						t.Errorf("cell %d has %d figures and %d stills", i+1, figures, stills)
					}
					all += figures
					libraries += strings.Count(html, "data-echarts-gzip=")
				}
			}
			if libraries != min(all, 1) {
				t.Errorf("%d figures bring the chart library %d times", all, libraries)
			}
			if last := nb.Cells[len(nb.Cells)-1]; last.Type != "markdown" || !strings.Contains(string(last.Source), "## Try this") {
				t.Error("its last section is not \"Try this\"")
			}
			for i, c := range nb.Cells {
				if c.Type == "code" && strings.TrimSpace(string(c.Source)) == "" {
					t.Errorf("cell %d is empty", i+1)
				}
			}
		})
	}
}
