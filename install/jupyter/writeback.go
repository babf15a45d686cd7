//go:build unix

package jupyter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"

	"gomyogen/install/notebook"
	"gomyogen/myogen/format/atomicfile"
)

// lockNotebook refuses a notebook that another run is to write back to. The lock is on
// the file, whatever its name, and ends with the process.
func lockNotebook(path string) (unlock func(), err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe may have no writer
		return nil, fmt.Errorf("%s is not a regular file (%v)", path, info.Mode())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errors.Join(fmt.Errorf("%s: another run -w of it goes on; wait for its end, or run it without -w, into results/", path), f.Close())
	case err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.ENOLCK) && !errors.Is(err, syscall.EBADF):
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	} // A network drive without locks has the check of writeBack.
	return func() { f.Close() }, nil
}

// changedError reports that a notebook is not what it was when its run began.
type changedError struct{ error }

func (e changedError) Unwrap() error { return e.error }

// writeBack puts the executed text of a notebook in the place of source, the text
// that was executed. If the file was changed meanwhile, it stays: the executed
// notebook then stands beside it, and the error, a changedError, says where.
func writeBack(path string, source, text []byte) error {
	// With the links followed: what is exchanged must be in one folder.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	aside, err := free(path)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(aside, text); err != nil {
		return err
	}
	for range 10 { // while an editor saves again and again what is as good as source
		now, err := atomicfile.Read(path, notebook.MaxBytes)
		if err == nil {
			err = unchanged(source, now)
		}
		if err != nil {
			return changedError{fmt.Errorf("%s was changed while it ran%w; it stays as it is, and the executed notebook is %s", path, where(err), aside)}
		}
		done, err := replace(path, aside, now)
		if done || err != nil {
			return err
		}
	}
	return changedError{fmt.Errorf("%s is being written by another program; it stays as it is, and the executed notebook is %s", path, aside)}
}

// where puts an error behind "was changed while it ran".
func where(err error) error {
	var at placeError
	if errors.As(err, &at) {
		return fmt.Errorf(", %w", err)
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err // the path is named
	}
	return fmt.Errorf(": %w", err)
}

// placeError names the part of a notebook that was changed.
type placeError string

func (e placeError) Error() string { return string(e) }

// free returns a name for the executed form of the notebook at path that no file has.
func free(path string) (string, error) {
	for i := 1; ; i++ {
		what := "executed"
		if i > 1 {
			what = fmt.Sprintf("executed-%d", i)
		}
		aside := beside(path, what)
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			return aside, nil
		} else if err != nil {
			return "", err
		}
	}
}

// replace exchanges the file at path, whose content should be old, for the one at
// aside, and removes what it was. If it turns out to be something else, which a program
// has written since old was read, both files stay as they were and done is false. At no
// moment is either of the contents without a name.
func replace(path, aside string, old []byte) (done bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	err = os.Chmod(aside, info.Mode().Perm())
	if s, ok := info.Sys().(*syscall.Stat_t); ok && err == nil && os.Geteuid() == 0 {
		err = os.Chown(aside, int(s.Uid), int(s.Gid))
	}
	if err != nil {
		return false, err
	}
	switch err := exchange(path, aside); {
	case errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS):
		return replaceByName(path, aside, old)
	case err != nil:
		return false, err
	}
	found, err := os.ReadFile(aside)
	if err == nil && bytes.Equal(found, old) {
		return true, os.Remove(aside)
	}
	return false, errors.Join(err, exchange(path, aside))
}

// replaceByName is replace on a file system that cannot exchange two files. What is
// written between the reading of the file and its renaming, some microseconds, is lost.
func replaceByName(path, aside string, old []byte) (done bool, err error) {
	found, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(found, old) {
		return false, err
	}
	return true, os.Rename(aside, path)
}

// unchanged returns an error unless two texts are of one notebook as its author sees it.
// Numbers of executions and what JupyterLab writes of its own accord do not count.
func unchanged(before, now []byte) error {
	a, err := document(before)
	if err != nil {
		return err
	}
	b, err := document(now)
	if err != nil {
		return err
	}
	for i := range max(len(a.cells), len(b.cells)) {
		if i >= len(a.cells) || i >= len(b.cells) || !reflect.DeepEqual(a.cells[i], b.cells[i]) {
			return placeError(fmt.Sprintf("from cell %d on", i+1))
		}
	}
	if !reflect.DeepEqual(a.metadata, b.metadata) {
		return placeError("its metadata")
	}
	return nil
}

// content is what counts of a notebook.
type content struct {
	cells    []map[string]any
	metadata map[string]any
}

func document(text []byte) (content, error) {
	var nb struct {
		Cells    []map[string]any
		Metadata map[string]any
	}
	if err := json.Unmarshal(text, &nb); err != nil {
		return content{}, err
	}
	for _, name := range []string{"kernelspec", "language_info"} { // by the kernel that JupyterLab has started
		delete(nb.Metadata, name)
	}
	for i, c := range nb.Cells {
		if m, ok := c["metadata"].(map[string]any); ok {
			delete(m, "execution") // times
			delete(m, "trusted")
		}
		delete(c, "id")
		nb.Cells[i] = plain(c).(map[string]any)
	}
	return content{nb.Cells, plain(nb.Metadata).(map[string]any)}, nil
}

// plain returns a value of JSON without numbers of executions and what is empty, and
// with texts that are lists of lines as one.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, x := range v {
			switch x = plain(x); name {
			case "execution_count":
				continue
			case "source", "text":
				x = joined(x)
			case "data": // by MIME type
				joinAll(x)
			case "attachments": // by name and MIME type
				if files, ok := x.(map[string]any); ok {
					for _, file := range files {
						joinAll(file)
					}
				}
			}
			if m, ok := x.(map[string]any); x != nil && x != "" && !(ok && len(m) == 0) {
				out[name] = x
			}
		}
		return out
	case []any:
		if len(v) == 0 {
			return nil
		}
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = plain(x)
		}
		return out
	}
	return v
}

// joinAll joins the texts in an object.
func joinAll(v any) {
	if m, ok := v.(map[string]any); ok {
		for name, x := range m {
			m[name] = joined(x)
		}
	}
}

// joined returns a list of lines as one text, and anything else as it is.
func joined(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	var b strings.Builder
	for _, x := range list {
		line, ok := x.(string)
		if !ok {
			return v
		}
		b.WriteString(line)
	}
	return b.String()
}
