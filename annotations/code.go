package annotations

// Code is the stable name of a kind of finding, such as "CL0402". Once published
// a code never changes its meaning.
type Code string

// Severity says what a finding does to the exit code.
type Severity int

// The severities, the worst first.
const (
	// SeverityError stops generation; the tool exits with 1.
	SeverityError Severity = iota
	// SeverityWarning lets generation go on; the tool exits with 0, and with 1
	// under --werror.
	SeverityWarning
	// SeverityHint is printed and never changes an exit code.
	SeverityHint
)

// String returns "error", "warning" or "hint".
func (s Severity) String() string {
	switch s {
	case SeverityWarning:
		return "warning"
	case SeverityHint:
		return "hint"
	}
	return "error"
}

// CodeInfo is the entry of one code in the table of codes.
type CodeInfo struct {
	// Code is the code.
	Code Code
	// Severity is the severity of every finding with that code.
	Severity Severity
	// Title is the finding in a few words.
	Title string
	// Explanation says what is wrong, why it matters and how to repair it.
	Explanation string
}

// codeGroups is the table of codes. Each group stands in a file of its own,
// beside the names of its codes.
var codeGroups = [][]CodeInfo{
	directiveCodes,
	argumentCodes,
	ruleCodes,
	goCodes,
	graphCodes,
	outcomeCodes,
	dataCodes,
	policyCodes,
	fileCodes,
	storeCodes,
}

var codeIndex = indexCodes()

func indexCodes() map[Code]CodeInfo {
	index := make(map[Code]CodeInfo)
	for _, group := range codeGroups {
		for _, info := range group {
			index[info.Code] = info
		}
	}
	return index
}

// Codes returns the table of codes, sorted by code. The caller may change it.
func Codes() []CodeInfo {
	var all []CodeInfo
	for _, group := range codeGroups {
		all = append(all, group...)
	}
	return all
}

// Info returns the table entry of the code, and false for a code that is not in it.
func (c Code) Info() (CodeInfo, bool) {
	info, ok := codeIndex[c]
	return info, ok
}

// Severity returns the severity of the code. A code that is not in the table
// counts as an error.
func (c Code) Severity() Severity { return codeIndex[c].Severity }
