package sqlite

import (
	"fmt"
	"strconv"
	"strings"

	lib "modernc.org/sqlite/lib"
)

// oldest is the oldest SQLite that this package trusts: earlier ones have
// known faults in what it uses.
var oldest = [3]int{3, 53, 4}

// checkLibrary refuses an older library than [oldest]. It is a part of the program, so
// that no file need be opened to ask it.
func checkLibrary() error { return checkVersion(lib.SQLITE_VERSION) }

// checkVersion refuses the text of a version before [oldest].
func checkVersion(text string) error {
	parts := strings.Split(text, ".")
	for i, least := range oldest {
		n := 0
		if i < len(parts) {
			var err error
			if n, err = strconv.Atoi(parts[i]); err != nil {
				return fmt.Errorf("%w: version %q cannot be read", ErrOldLibrary, text)
			}
		}
		if n != least {
			if n < least {
				return fmt.Errorf("%w: version %s, at least %d.%d.%d is needed",
					ErrOldLibrary, text, oldest[0], oldest[1], oldest[2])
			}
			return nil
		}
	}
	return nil
}
