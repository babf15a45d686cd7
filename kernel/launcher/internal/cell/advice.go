package cell

import (
	"regexp"
	"strings"
)

// habits are the beginnings of lines of other languages, and how Go says it.
var habits = []struct {
	looks *regexp.Regexp
	goes  string
}{
	{regexp.MustCompile(`^import\s+\w`), `a Go import has its path in quotes: import "math"`},
	{regexp.MustCompile(`^from\s+[\w.]+\s+import\b`), `a Go import has its path in quotes: import "math"; then math.Sqrt`},
	{regexp.MustCompile(`^(?:async\s+)?def\s+\w`), "a Go function is written func f(x float64) float64 { ... }"},
	{regexp.MustCompile(`^class\s+\w`), "a Go type is written type T struct { ... }"},
	{regexp.MustCompile(`^for\s+\w+(?:\s*,\s*\w+)*\s+in\s+range\b`), "a Go loop over numbers is written for i := range 10 { ... }"},
	{regexp.MustCompile(`^for\s+\w+(?:\s*,\s*\w+)*\s+in\b`), "a Go loop over values is written for i, x := range xs { ... }"},
	{regexp.MustCompile(`^while\b`), "Go's while is for: for x < 3 { ... }"},
	{regexp.MustCompile(`^(?:elif|else\s+if|else|if|for|switch)\b.*:\s*(?:#.*)?$`), "a Go block stands in braces: if x > 3 { ... } else { ... }"},
	{regexp.MustCompile(`^(?:try|with|raise|except|finally)\b`), "Go has no exceptions: a function returns an error, and kernel.Must(f()) ends the cell if there is one"},
	{regexp.MustCompile(`^print\s+\S`), "Go prints with fmt.Println(...)"},
	{regexp.MustCompile(`^(?:let|val|auto)\s+\w+\s*=`), "Go declares with x := 3, or with var x = 3 for later cells, too"},
	{regexp.MustCompile(`\blambda\b[^(]*:`), "a Go function without a name is written func(x float64) float64 { return ... }"},
	{regexp.MustCompile(`\bf"`), `Go puts values into a text with fmt.Sprintf("%v", x)`},
	{regexp.MustCompile(`\[.*\bfor\b.*\bin\b.*\]`), "Go collects in a loop: for _, x := range xs { ys = append(ys, 2*x) }"},
	{regexp.MustCompile(`^\w+\s*:?=\s*\[[^\]]*,`), "a Go list is written xs := []float64{1, 2, 3}"},
	{regexp.MustCompile(`\*\*`), "Go's power is math.Pow(x, 2)"},
	{regexp.MustCompile(`"""`), "a Go text of several lines stands between two backquotes"},
	{regexp.MustCompile(`^#`), "a Go comment begins with //"},
}

// advice returns how Go says what stands in a line that it does not understand, or "".
func advice(line, message string) string {
	line = strings.TrimSpace(line)
	for _, h := range habits {
		if h.looks.MatchString(line) {
			return h.goes
		}
	}
	switch {
	case strings.HasPrefix(message, "illegal rune literal") || strings.HasPrefix(message, "more than one character in rune literal"):
		return `a Go text stands in double quotes: "..."`
	case strings.HasPrefix(message, "illegal character U+0023"):
		return "a Go comment begins with //"
	case message == "expected 1 expression": // x, y
		return "to show several values, write fmt.Println(...) around them"
	}
	return ""
}
