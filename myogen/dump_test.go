package myogen
import ("testing";"os";"fmt";"pgregory.net/rapid")
func TestDump(t *testing.T) {
	n := 0
	os.MkdirAll("/tmp/dump", 0o755)
	os.WriteFile("/tmp/dump/schema.json", []byte(Schema()), 0o644)
	rapid.Check(t, func(t *rapid.T) {
		text, err := experiments(t).YAML()
		if err != nil { t.Fatal(err) }
		os.WriteFile(fmt.Sprintf("/tmp/dump/%d.yaml", n), []byte(text), 0o644); n++
	})
	os.WriteFile("/tmp/dump/full.yaml", []byte(fullExperiment), 0o644)
}
