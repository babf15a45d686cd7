package main

// table is one of the tables that kernels look values up in.
type table int

const (
	tableExp table = iota
	tableLog
	tableLogTail
	tableH
)

// tables says how the tables stand in memory: one after the other, as the fields of
// kernels.Tables. That of exponentials stands twice, so that the last byte of an
// integer is enough of an index.
var tables = [...]struct {
	field, element string // name and type in Go
	length, stride int    // elements, and how many numbers an element has
	doc            string
	pair           [2]string // the numbers that a gather at index i%d fetches, in Go
}{
	tableExp: {"Exp", "struct{ Tail, Head float64 }", 256, 2, "of cmath.ExpTable, twice",
		[2]string{"tables.Exp[i%d].Tail", "tables.Exp[i%d].Head"}},
	tableLog: {"Log", "struct{ Inverse, Log float64 }", 128, 2, "of cmath.LogTable",
		[2]string{"tables.Log[i%d%%128].Inverse", "tables.Log[i%d%%128].Log"}},
	tableLogTail: {"LogTail", "float64", 129, 1, "of cmath.LogTable; fetched by twos, so there is one more",
		[2]string{"tables.LogTail[i%d%%128]", "tables.LogTail[i%d%%128+1]"}},
	tableH: {"H", "float64", 202, 1, "activation of the h current at -100, -99 ... 100 mV, the last one twice",
		[2]string{"tables.H[i%d]", "tables.H[i%d+1]"}},
}

// offset returns where a table begins, in bytes.
func (t table) offset() (bytes int) {
	for _, before := range tables[:t] {
		bytes += 8 * before.length * before.stride
	}
	return bytes
}
