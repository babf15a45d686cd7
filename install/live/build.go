package live

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Script is the name of the file that Build's result has in a site. Pages load it
// when their reader comes to a live cell.
const Script = "live.js"

//go:embed worker.js
var worker string

//go:embed unpack.js
var unpack string

// Build compiles cells for browsers. It returns the script that brings the
// program into pages, nil without cells, the cells in it, and why others are not.
// module is the folder of this module.
func Build(ctx context.Context, module string, cells []Cell) (script []byte, built []Cell, refused []error, err error) {
	dir, err := os.MkdirTemp("", "myogen-live-")
	if err != nil {
		return nil, nil, nil, err
	}
	defer os.RemoveAll(dir)
	module, err = filepath.Abs(module)
	if err != nil {
		return nil, nil, nil, err
	}
	// The packages exist in an overlay of this module alone.
	overlay := map[string]string{}
	put := func(path, text string) error {
		file := filepath.Join(dir, fmt.Sprintf("file%d.go", len(overlay)))
		overlay[filepath.Join(module, filepath.FromSlash(path))] = file
		return os.WriteFile(file, []byte(text), 0o600)
	}
	build := func(args ...string) ([]byte, error) {
		text, err := json.Marshal(map[string]any{"Replace": overlay})
		if err != nil {
			return nil, err
		}
		list := filepath.Join(dir, "overlay.json")
		if err := os.WriteFile(list, text, 0o600); err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-overlay", list, "-tags", "wasmkernels", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"}, args...)...)
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
		return cmd.CombinedOutput()
	}
	main := "package main\n\nimport (\n\t\"gomyogen/kernel\"\n"
	table := ""
	for i, c := range cells {
		folder := fmt.Sprintf("install/live/program/cell%d", i)
		if err := put(folder+"/cell.go", c.source); err != nil {
			return nil, nil, nil, err
		}
		if out, err := build("./" + folder); err != nil {
			if ctx.Err() != nil {
				return nil, nil, nil, ctx.Err()
			}
			refused = append(refused, fmt.Errorf("%s", reason(out, err)))
			continue
		}
		built = append(built, c)
		main += fmt.Sprintf("\tcell%d %q\n", i, "gomyogen/"+folder)
		table += fmt.Sprintf("\t\t%q: cell%d.Cell,\n", c.ID(), i)
	}
	if len(built) == 0 {
		return nil, nil, refused, nil
	}
	main += ")\n\nfunc main() {\n\tkernel.Page(map[string]func(){\n" + table + "\t})\n}\n"
	if err := put("install/live/program/main.go", main); err != nil {
		return nil, nil, nil, err
	}
	program := filepath.Join(dir, "program.wasm")
	if out, err := build("-o", program, "./install/live/program"); err != nil {
		return nil, nil, nil, fmt.Errorf("build the pages' program: %s", reason(out, err))
	}
	script, err = bundle(module, program)
	return script, built, refused, err
}

// place finds the first line of a compiler's output that says where something is.
var place = regexp.MustCompile(`(?m)^.* cell \d+:\d+.*$`)

// absent is how a compiler names what package kernel has in notebooks and not in pages.
var absent = regexp.MustCompile(`undefined: (kernel\.\w+)`)

func reason(out []byte, err error) string {
	if line := place.Find(out); line != nil {
		text := string(line)
		if i := strings.LastIndex(text, "/"); i >= 0 && strings.Contains(text[i:], " cell ") {
			text = text[i+1:]
		}
		return absent.ReplaceAllString(text, "a page cannot do what $1 does")
	}
	return strings.TrimSpace(string(out) + " " + err.Error())
}

// bundle returns the script: the program, both modules of kernels, and the worker
// with Go's own part of it.
func bundle(module, program string) ([]byte, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("find Go: %w", err)
	}
	support, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("\ufeffwindow.myogenLive({") // with the mark of UTF-8, whatever a server declares
	for _, part := range []struct{ name, text string }{{"worker", string(support) + worker}, {"unpack", unpack}} {
		quoted, err := json.Marshal(part.text)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s,\n", part.name, quoted)
	}
	kernels := filepath.Join(module, "myogen", "internal", "membrane", "kernels")
	for _, part := range []struct{ name, path string }{{"program", program}, {"relaxed", filepath.Join(kernels, "relaxed.wasm")}, {"plain", filepath.Join(kernels, "plain.wasm")}} {
		data, err := os.ReadFile(part.path)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s,\n", part.name, literal(pack(data)))
	}
	b.WriteString("});\n")
	return b.Bytes(), nil
}

// literal returns data as a string literal of JavaScript whose characters have seven
// bits each, the lowest first: in UTF-8 nothing is denser.
func literal(data []byte) []byte {
	out := []byte{'"'}
	put := func(c byte) {
		switch c {
		case '\n':
			out = append(out, `\n`...)
		case '\r':
			out = append(out, `\r`...)
		case '"', '\\':
			out = append(out, '\\', c)
		default:
			out = append(out, c)
		}
	}
	held, bits := 0, 0
	for _, x := range data {
		held |= int(x) << bits
		for bits += 8; bits >= 7; bits -= 7 {
			put(byte(held & 0x7f))
			held >>= 7
		}
	}
	if bits > 0 {
		put(byte(held))
	}
	return append(out, '"')
}
