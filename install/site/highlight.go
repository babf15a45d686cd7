package site

import (
	"bytes"
	"html"
	"html/template"
	"strings"

	"github.com/alecthomas/chroma/v2"
	chtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
)

// coloured are the languages whose code has colours, those of notebooks and
// their programs, with the size in bytes up to which it has. Lexers backtrack:
// that of YAML takes time that grows with the square of its text, and those of
// some other languages never end.
var coloured = map[string]int{"bash": maxCode, "go": maxCode, "json": maxCode, "python": maxCode, "sh": maxCode, "toml": maxCode, "yaml": 4 << 10}

const maxCode = 64 << 10

// highlight returns code as HTML with a class for each kind of token; code of
// another language is left plain.
func highlight(language, code string) (template.HTML, error) {
	language = strings.ToLower(language)
	if limit, ok := coloured[language]; !ok || len(code) > limit {
		return template.HTML(html.EscapeString(code)), nil
	}
	tokens, err := chroma.Coalesce(lexers.Get(language)).Tokenise(nil, code)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	// Classes only: the colours are those of the page's style sheet.
	err = chtml.New(chtml.WithClasses(true), chtml.PreventSurroundingPre(true)).Format(&b, styles.Fallback, tokens)
	return template.HTML(b.String()), err
}
