package sqlite

import (
	"errors"
	"testing"
)

func TestCheckVersion(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"3.53.4": true, "3.53.5": true, "3.54.0": true, "3.54": true, "4.0.0": true, "3.100.0": true,
		"3.53.3": false, "3.53": false, "3.9.9": false, "2.99.99": false, "": false, "new": false, "3.x.1": false,
	} {
		err := checkVersion(text)
		if ok != (err == nil) || !ok && !errors.Is(err, ErrOldLibrary) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}
