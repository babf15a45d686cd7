package main

import (
	"context"
	"fmt"
	"io"

	"gomyogen/myogen"
)

//go:generate sh -c "go run . schema > experiment.schema.json"

// schema prints the JSON Schema of experiment files.
func schema(_ context.Context, args []string, out io.Writer) error {
	if _, err := parse(flags("schema"), args, 0); err != nil {
		return err
	}
	_, err := fmt.Fprint(out, myogen.Schema())
	return err
}
