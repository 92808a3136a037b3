package graph

import "unicode"

// printable replaces characters that do not show, or that change how what stands
// beside them shows, as bidirectional controls do.
func printable(r rune) rune {
	if r == ' ' || unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) {
		return r
	}
	return '\ufffd'
}
