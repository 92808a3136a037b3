//go:build teeth

package teeth

import (
	"fmt"
	"os"
	"sync"
)

// Has reports whether a bug is put in.
func Has(b Bug) bool { return chosen() == b }

var chosen = sync.OnceValue(func() Bug {
	name := os.Getenv(Variable)
	if name == "" {
		return None
	}
	for b, n := range Names {
		if n == name {
			return b
		}
	}
	panic(fmt.Sprintf("%s: there is no bug %q", Variable, name))
})
