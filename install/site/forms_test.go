package site

import (
	"strings"
	"testing"
)

// Metadata in the forms that other tools write reach the page, or are read as not there.
func TestFormsOfMetadata(t *testing.T) {
	text := markdownCell("# Heading\n\nFirst sentence. Second.")
	long := strings.Repeat("Very long ", 60)
	for name, c := range map[string]struct {
		metadata     any2
		wants, never []string
	}{
		"a title of several lines":      {any2{"title": "One\ntwo"}, []string{"<title>One two</title>"}, nil},
		"a title of spaces":             {any2{"title": "   "}, []string{"<title>Heading</title>"}, nil},
		"spaces around":                 {any2{"title": "  Drive \n", "date": " May 2026 "}, []string{"<title>Drive</title>", "<time>May 2026</time>"}, nil},
		"a title that ends the element": {any2{"title": "</title><script>alert(1)</script>"}, []string{"<title>&lt;/title&gt;&lt;script&gt;alert(1)"}, []string{"<script>alert"}},
		"a long title":                  {any2{"title": long}, []string{"<title>Very long Very"}, nil},
		"names written right to left":   {any2{"authors": []any2{{"name": "\u05d0\u05d3\u05d4"}}}, []string{"\u05d0\u05d3\u05d4"}, nil},
		"first and last names":          {any2{"authors": []any2{{"given": "Ada", "family": "B."}, {"name": "C. D."}}}, []string{`<p class="byline">Ada B., C. D. · `}, nil},
		"an author with a number":       {any2{"authors": []any2{{"name": "Ada B.", "orcid": "0000-0001"}}}, []string{`<p class="byline">Ada B. · `}, []string{"0000-0001"}},
		"one object":                    {any2{"authors": any2{"name": "Ada B."}}, []string{`<p class="byline">Ada B. · `}, nil},
		"the word author":               {any2{"author": "Ada B."}, []string{`<p class="byline">Ada B. · `}, nil},
		"a list under author":           {any2{"author": []string{"Ada B.", "C. D."}}, []string{`<p class="byline">Ada B., C. D. · `}, nil},
		"empty names":                   {any2{"authors": []any2{{"name": ""}, {"name": " "}, {"name": "Ada B."}}}, []string{`<p class="byline">Ada B. · `}, nil},
		"a name twice":                  {any2{"authors": []string{"Ada B."}, "author": "Ada B."}, []string{`<p class="byline">Ada B. · `}, nil},
		"nothing":                       {any2{"title": nil, "authors": nil, "date": nil, "description": nil}, []string{"<title>Heading</title>", "<time>2026-01-02</time>"}, []string{`name="author"`}},
		"names of a citation file":      {any2{"authors": []any2{{"given-names": "Ada", "family-names": "B."}}}, []string{`<p class="byline">Ada B. · `}, nil},
		"a time":                        {any2{"date": "2026-05-04T10:20:30Z"}, []string{"<time>2026-05-04T10:20:30Z</time>"}, nil},
		"a description of lines":        {any2{"description": "One\n  two"}, []string{`content="One two"`}, nil},
	} {
		html, _, err := Page(described(t, c.metadata, text), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		holds(t, name, string(html), c.wants, c.never)
	}
}
