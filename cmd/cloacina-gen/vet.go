package main

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations/analyzer"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// vet serves go vet, if that is who calls, and then does not return.
func vet(args []string) {
	if calledByVet(args) {
		unitchecker.Main(analyzer.Analyzer)
	}
}

// calledByVet reports whether the arguments are those that go vet gives to its
// tool: -V=full asks for the version, -flags for the flags, and a file with the
// description of a package comes last.
func calledByVet(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return slices.Equal(args, []string{"-V=full"}) || slices.Equal(args, []string{"-flags"}) ||
		strings.HasSuffix(args[len(args)-1], ".cfg")
}
