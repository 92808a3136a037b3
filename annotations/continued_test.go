package annotations

import "testing"

// A text of several words is one finding, and quotes repair it.
func TestTextsWithoutQuotes(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "to the end of the line",
			text:  "//cloacina:workflow description=«Hello big (wide world»\n//cloacina:workflow name=x",
			want:  []string{"CL0113 stands in quotes"},
			fixed: "//cloacina:workflow description=\"Hello big (wide world\"\n//cloacina:workflow name=x",
		},
		{
			name:  "before an argument",
			text:  "//cloacina:workflow description=«Hello, world: it's me» timeout=1m «nme»=x",
			want:  []string{"CL0113 stands in quotes", "CL0110 name"},
			fixed: "//cloacina:workflow description=\"Hello, world: it's me\" timeout=1m name=x",
		},
		{
			name:  "before a comment, and a name",
			text:  "//cloacina:workflow description=«Hello  world» // a comment\n//cloacina:workflow name=«My flow»",
			want:  []string{"CL0113 stands in quotes", "CL0113 stands in quotes"},
			fixed: "//cloacina:workflow description=\"Hello  world\" // a comment\n//cloacina:workflow name=\"My flow\"",
		},
		{name: "one word", text: "//cloacina:workflow description=Hello timeout=1m"},
	}, onPackage, fileFindings)
}
