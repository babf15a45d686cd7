package datafolder_test

import (
	"fmt"
	"os"

	"gomyogen/myogen/datafolder"
)

func ExampleFind() {
	if err := os.Setenv(datafolder.Variable, "/data/gomyogen"); err != nil {
		fmt.Println(err)
		return
	}
	defer os.Unsetenv(datafolder.Variable)
	fmt.Println(datafolder.Find())
	// Output:
	// /data/gomyogen <nil>
}
