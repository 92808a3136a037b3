package annotations

// Codes of generated files.
const (
	CodeStale   Code = "CL0801"
	CodeMissing Code = "CL0802"
	CodeOrphan  Code = "CL0803"
)

var fileCodes = []CodeInfo{
	{CodeStale, SeverityError, "generated file out of date",
		"The annotations or the types they use have changed since cloacina_gen.go was written, so the program " +
			"would run another workflow than the source shows. Run: go generate ./..."},
	{CodeMissing, SeverityError, "generated file missing",
		"The package has annotations and no cloacina_gen.go. Run: go generate ./..."},
	{CodeOrphan, SeverityError, "generated file left over",
		"Nothing in the directory is annotated any more, but its cloacina_gen.go is still there. Run: " +
			"go generate ./... or delete it."},
}
