package store

import (
	"errors"
	"fmt"

	"gomyogen/kernel/env"
	"gomyogen/myogen/format/userkey"
)

// secret returns the user's secret. Where there is none, it is made or, if make
// is false, nil.
func (f Folder) secret(make bool) ([]byte, error) {
	if f.Secret == "" {
		return nil, errors.New("there is no folder for the secret of kept values; set " + env.Data)
	}
	get := userkey.Read
	if make {
		get = userkey.Make
	}
	secret, err := get(f.Secret)
	if err != nil {
		return nil, fmt.Errorf("the secret of kept values: %w", err)
	}
	return secret, nil
}
