package kernel

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Kept shows the kept values of this folder as a table: name, size, age, how
// long each took, and why it was computed when it was.
func Kept() {
	folder, err := keepFolder()
	Check(err)
	all, err := folder.List()
	Check(err)
	if len(all) == 0 {
		fmt.Println("nothing is kept in", folder.Path)
		return
	}
	t := Table{Title: "Kept values", Columns: []string{"Name", "Type", "Size", "Age", "Took", "Computed because"}}
	for _, e := range all {
		if e.Damage != nil {
			t.Rows = append(t.Rows, []any{filepath.Base(e.Path), "", size(e.Size), age(time.Since(e.Used)), "", "damaged: " + e.Damage.Error()})
			continue
		}
		t.Rows = append(t.Rows, []any{e.Name, e.Type, size(e.Size), age(time.Since(e.Made)), age(e.Took), e.Why})
	}
	Check(showTable(t)) // it is whole whatever was stopped
}

// Forget removes the kept values with these names; they are computed when
// they are needed next. A name that is not there ends the cell as Check does.
func Forget(names ...string) {
	Check(forget(names))
}

func forget(names []string) error {
	folder, err := keepFolder()
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		n, bytes, err := folder.Forget(name)
		switch {
		case err != nil:
			errs = append(errs, err)
		case n == 0:
			errs = append(errs, fmt.Errorf("kernel: no value %q is kept; there are %q", name, keptNames()))
		default:
			fmt.Printf("forgot %q, %v\n", name, size(bytes))
		}
	}
	return errors.Join(errs...)
}

// keptNames returns the names of what is kept.
func keptNames() []string {
	folder, err := keepFolder()
	if err != nil {
		return nil
	}
	all, err := folder.List()
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range all {
		if e.Damage == nil {
			names = append(names, e.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// size is a number of bytes that says itself in a handy unit.
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

// age is a duration to what matters of it.
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
