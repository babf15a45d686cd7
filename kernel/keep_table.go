//go:build !js

package kernel

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gomyogen/kernel/internal/keep"
	"gomyogen/kernel/internal/keep/store"
)

// Kept shows what this notebook has kept or would read as a table: name,
// notebook, type, size and age of each value, how long it took, and why it was
// computed. A line says how many values other notebooks of the folder have kept.
// Where the notebook is not known, the table has the values of all.
func Kept() {
	folder, err := keep.Folder()
	Check(err)
	all, err := folder.List()
	Check(err)
	t := Table{Title: "Kept values", Columns: []string{"Name", "Notebook", "Type", "Size", "Age", "Took", "Computed because"}}
	others := map[string]int{} // how many, by notebook
	for _, e := range all {
		var foreign *store.ForeignError
		switch {
		case errors.As(e.Damage, &foreign):
			t.Rows = append(t.Rows, []any{filepath.Base(e.Path), "", "", size(e.Bytes), age(time.Since(e.Used)), "", "not made here: never read"})
		case e.Damage != nil:
			t.Rows = append(t.Rows, []any{filepath.Base(e.Path), "", "", size(e.Bytes), age(time.Since(e.Used)), "", e.Damage.Error()})
		case running.Values.Mine(e.Header):
			t.Rows = append(t.Rows, []any{e.Name, e.Notebook, e.Type, size(e.Bytes), age(time.Since(e.Made)), age(e.Took), e.Why})
		default:
			others[e.Notebook]++
		}
	}
	switch {
	case len(all) == 0:
		fmt.Println("nothing is kept in", folder.Path)
	case len(t.Rows) == 0:
		fmt.Println("nothing of this notebook is kept in", folder.Path)
	default:
		Check(showTable(t)) // it is whole whatever was stopped
	}
	if len(others) > 0 {
		var counts []string
		for _, notebook := range slices.Sorted(maps.Keys(others)) {
			counts = append(counts, fmt.Sprintf("%s: %d", notebook, others[notebook]))
		}
		fmt.Println("kept by other notebooks of this folder:", strings.Join(counts, ", "))
	}
}

// Forget removes the values with these names that this notebook has kept or
// would read; they are computed when they are needed next. What another
// notebook of the folder made from other code stays, and a line says so. A
// name of which nothing is kept ends the cell as [Check] does.
func Forget(names ...string) {
	Check(forget(names))
}

func forget(names []string) error {
	folder, err := keep.Folder()
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		n, bytes, err := folder.Forget(name, running.Values.Mine)
		left := notebooksWith(folder, name)
		switch {
		case err != nil:
			errs = append(errs, err)
		case n == 0 && len(left) > 0:
			errs = append(errs, fmt.Errorf("kernel: no value %q of this notebook is kept; forget it in %q", name, left))
		case n == 0:
			errs = append(errs, fmt.Errorf("kernel: no value %q is kept; there are %q", name, keptNames()))
		default:
			fmt.Printf("forgot %q, %v\n", name, size(bytes))
			if len(left) > 0 {
				fmt.Printf("%q of %q stays\n", name, left)
			}
		}
	}
	return errors.Join(errs...)
}

// notebooksWith returns the notebooks that have kept a value called name.
func notebooksWith(folder store.Folder, name string) []string {
	return keptBy(folder, func(e store.Entry) (string, bool) { return e.Notebook, e.Name == name })
}

// keptNames returns the names of what is kept.
func keptNames() []string {
	folder, err := keep.Folder()
	if err != nil {
		return nil
	}
	return keptBy(folder, func(e store.Entry) (string, bool) { return e.Name, true })
}

// keptBy returns what of picks of the readable entries of a folder, sorted, once.
func keptBy(folder store.Folder, of func(store.Entry) (string, bool)) []string {
	all, err := folder.List()
	if err != nil {
		return nil
	}
	var texts []string
	for _, e := range all {
		if text, ok := of(e); ok && e.Damage == nil {
			texts = append(texts, text)
		}
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

// size is a number of bytes, printed in a handy unit.
type size int64

func (s size) String() string {
	switch {
	case s < 1000:
		return fmt.Sprintf("%d B", int64(s))
	case s < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(s)/1e3)
	case s < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(s)/1e6)
	}
	return fmt.Sprintf("%.2f GB", float64(s)/1e9)
}

// age is a duration, printed in its largest unit.
type age time.Duration

func (a age) String() string {
	d := time.Duration(a)
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}
