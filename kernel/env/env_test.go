package env

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

func TestNamesOfGoNB(t *testing.T) {
	for ours, theirs := range map[string]string{
		GoNBDir: protocol.GONB_TMP_DIR_ENV, GoNBPipe: protocol.GONB_PIPE_ENV,
		GoNBPipeBack: protocol.GONB_PIPE_BACK_ENV, GoNBKernelID: protocol.GONB_JUPYTER_KERNEL_ID_ENV,
	} {
		if ours != theirs {
			t.Errorf("%s is called %s by GoNB", ours, theirs)
		}
	}
}

// No other file of the module names one of our variables, Jupyter's or GoNB's.
func TestNamesAreHere(t *testing.T) {
	name := regexp.MustCompile(`^["` + "`" + `](MYOGEN|JPY|GONB)_[A-Z_]+["` + "`" + `]$`)
	here := []string{"kernel/env/env.go", "myogen/internal/membrane/backend.go", "myogen/datafolder/datafolder.go", "myogen/format/atomicfile/faultydisk/seeds.go"}
	root := filepath.FromSlash("../..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(root, path)
		switch {
		case err != nil || relErr != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && rel != "."):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || slices.Contains(here, filepath.ToSlash(rel)):
			return nil
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		seen++
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.BasicLit); ok && s.Kind == token.STRING && name.MatchString(s.Value) {
				t.Errorf("%v has %s; use package env", files.Position(s.Pos()), s.Value)
			}
			return true
		})
		return nil
	})
	if err != nil || seen < 100 {
		t.Errorf("read %d files, error %v", seen, err)
	}
}

func TestDataFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_DATA_HOME", dir)
	t.Setenv(Data, "")
	if got, err := DataFolder(); err != nil || got != filepath.Join(dir, "gomyogen") {
		t.Errorf("it is %q, error %v", got, err)
	}
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("HOME", dir)
	if got, err := DataFolder(); err != nil || got != filepath.Join(dir, ".local", "share", "gomyogen") {
		t.Errorf("it is %q, error %v", got, err)
	}
	t.Setenv(Data, "here")
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := DataFolder(); err != nil || got != filepath.Join(here, "here") {
		t.Errorf("it is %q, error %v", got, err)
	}
}
