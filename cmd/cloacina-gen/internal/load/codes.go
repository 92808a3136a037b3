package load

import "github.com/cloacina-go/cloacina/annotations"

// The codes of what is found about packages and files.
const (
	// CodeGoError is what the Go compiler would say, too: generation needs code
	// that compiles, but for the names that will be generated.
	CodeGoError annotations.Code = "CL0290"
	// CodeStale is a generated file that is not as it should be.
	CodeStale annotations.Code = "CL0801"
	// CodeMissing is a generated file that does not exist.
	CodeMissing annotations.Code = "CL0802"
	// CodeOrphan is a file of ours that nothing is generated for any more.
	CodeOrphan annotations.Code = "CL0803"
)
