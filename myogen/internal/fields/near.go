package fields

import "strings"

// meant returns "; did you mean NAME?" for the one name that is nearest to a key, as
// typing errors go, and "" if none is near.
func meant(key string, table []Field) string {
	best, nearest, ties := "", min(max(1, len(key)/3)+1, len(key)), 0
	for _, f := range table {
		switch d := distance(strings.ToLower(key), strings.ToLower(f.Name)); {
		case d < nearest:
			best, nearest, ties = f.Name, d, 0
		case d == nearest:
			ties++
		}
	}
	if best == "" || ties > 0 {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance returns how many bytes have to be put in, left out, replaced or exchanged with
// the next one to make b of a (optimal string alignment).
func distance(a, b string) int {
	row := func() []int { return make([]int, len(b)+1) }
	before, last, this := row(), row(), row()
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		this[0] = i
		for j := 1; j <= len(b); j++ {
			replace := 1
			if a[i-1] == b[j-1] {
				replace = 0
			}
			this[j] = min(last[j]+1, this[j-1]+1, last[j-1]+replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				this[j] = min(this[j], before[j-2]+1)
			}
		}
		before, last, this = last, this, before
	}
	return last[len(b)]
}
