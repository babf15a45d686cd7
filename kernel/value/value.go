// Package value shows what the last expression of a cell gives as text. The kernel calls
// it in cells that do not use package kernel, which shows figures and tables, too. It
// imports little, since it is linked to each of them.
package value

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Show shows values as text.
func Show(values ...any) {
	var texts []string
	for _, v := range values {
		texts = append(texts, Text(v))
	}
	if len(texts) > 0 {
		Tell("text", strings.Join(texts, " "))
	}
}

// ShowOrFail shows values but the last, an error that ends the cell if there is one.
func ShowOrFail(values ...any) {
	n := len(values) - 1
	if values[n] != nil {
		_, file, line, _ := runtime.Caller(1)
		fmt.Fprintf(os.Stderr, "%s:%d: %v\n", file, line, values[n])
		os.Exit(1)
	}
	Show(values[:n]...)
}

// MaxText is how many bytes of the text of a value are shown.
const MaxText = 10000

// Text returns a value as text: nothing of a function but its type, an error in one line.
func Text(v any) string {
	var text string
	switch v := v.(type) {
	case nil:
		return "nil"
	case error:
		return "error: " + strings.Join(strings.FieldsFunc(v.Error(), func(r rune) bool { return r == '\n' }), "; ")
	case string:
		text = v
	default:
		if text = fmt.Sprintf("%T", v); !strings.HasPrefix(text, "func(") {
			text = fmt.Sprintf("%+v", v)
		}
	}
	if len(text) > MaxText {
		text = strings.ToValidUTF8(text[:MaxText], "") + " ..."
	}
	return text
}

// Tell writes a message to the kernel to standard output; the kernel takes it out.
func Tell(kind, text string) {
	fmt.Fprintf(os.Stdout, "\x1egomyogen:%s:%s\x1e", kind, strconv.QuoteToASCII(text))
}
