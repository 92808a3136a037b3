package graph

import (
	"strings"
	"unicode"
)

// Widths of characters in thousandths of the size of the font. They are those of
// a wide common font, because nobody knows which one a viewer has: text that is
// narrower leaves a margin, text that is wider would leave its box.
const (
	narrowWidth = 360
	smallWidth  = 610
	figureWidth = 640
	blankWidth  = 330
	largeWidth  = 720
	broadWidth  = 990
	doubleWidth = 1050
)

// textWidth is how wide a text is at a size, in pixels, generously.
func textWidth(text string, size int, bold bool) int {
	sum := 0
	for _, r := range text {
		sum += runeWidth(r)
	}
	if bold {
		sum += sum / 10
	}
	return (sum*size + 999) / 1000
}

func runeWidth(r rune) int {
	switch {
	case r == ' ':
		return blankWidth
	case strings.ContainsRune("iljI.,:;'|!()[]ft\"", r):
		return narrowWidth
	case strings.ContainsRune("mwMW@%", r):
		return broadWidth
	case r >= '0' && r <= '9':
		return figureWidth
	case r < 0x80 && (unicode.IsLower(r) || r == '_' || r == '-' || r == '/'):
		return smallWidth
	case r < 0x80 && (unicode.IsUpper(r)):
		return largeWidth
	case r < 0x80:
		return broadWidth - 100
	case unicode.Is(unicode.Mn, r):
		return 0
	case r < 0x1100:
		return largeWidth
	}
	return doubleWidth
}
