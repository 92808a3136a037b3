package plan

import (
	"fmt"
	"slices"
)

// The names of the enumerations, by value. They are the words of the
// annotation language; stored plans hold them, so they never change.
var (
	opNames = []string{
		OpAll: "all", OpAny: "any", OpNone: "none", OpNot: "not",
		OpTaskSuccess: "task_success", OpTaskFailed: "task_failed", OpTaskSkipped: "task_skipped",
		OpValue: "context_value",
	}
	cmpNames = []string{
		CmpEquals: "equals", CmpNotEquals: "not_equals",
		CmpGreaterThan: "greater_than", CmpLessThan: "less_than",
		CmpGreaterOrEqual: "greater_or_equal", CmpLessOrEqual: "less_or_equal",
		CmpContains: "contains", CmpNotContains: "not_contains",
		CmpExists: "exists", CmpNotExists: "not_exists",
		CmpIn: "in", CmpNotIn: "not_in",
	}
	literalNames = []string{
		LitNil: "nil", LitBool: "bool", LitInt: "int", LitUint: "uint", LitFloat: "float", LitString: "string",
	}
	backoffNames   = []string{Exponential: "exponential", Linear: "linear", Fixed: "fixed"}
	conditionNames = []string{
		RetryAll: "all", RetryNever: "never", RetryTransient: "transient",
		RetryMatching: "matching", RetryIf: "if",
	}
)

// String returns the name, such as "task_success".
func (o Op) String() string { return nameOf(opNames, o) }

// MarshalText returns the name; an unknown value is an error.
func (o Op) MarshalText() ([]byte, error) { return textOf("node kind", opNames, o) }

// UnmarshalText accepts exactly the names.
func (o *Op) UnmarshalText(text []byte) error { return valueOf("node kind", opNames, text, o) }

// String returns the name, such as "greater_than".
func (c Cmp) String() string { return nameOf(cmpNames, c) }

// MarshalText returns the name; an unknown value is an error.
func (c Cmp) MarshalText() ([]byte, error) { return textOf("comparison", cmpNames, c) }

// UnmarshalText accepts exactly the names.
func (c *Cmp) UnmarshalText(text []byte) error { return valueOf("comparison", cmpNames, text, c) }

// String returns the name, such as "int".
func (k LiteralKind) String() string { return nameOf(literalNames, k) }

// MarshalText returns the name; an unknown value is an error.
func (k LiteralKind) MarshalText() ([]byte, error) { return textOf("literal kind", literalNames, k) }

// UnmarshalText accepts exactly the names.
func (k *LiteralKind) UnmarshalText(text []byte) error {
	return valueOf("literal kind", literalNames, text, k)
}

// String returns the name, such as "exponential".
func (b Backoff) String() string { return nameOf(backoffNames, b) }

// MarshalText returns the name; an unknown value is an error.
func (b Backoff) MarshalText() ([]byte, error) { return textOf("backoff", backoffNames, b) }

// UnmarshalText accepts exactly the names.
func (b *Backoff) UnmarshalText(text []byte) error { return valueOf("backoff", backoffNames, text, b) }

// String returns the name, such as "transient".
func (c Condition) String() string { return nameOf(conditionNames, c) }

// MarshalText returns the name; an unknown value is an error.
func (c Condition) MarshalText() ([]byte, error) {
	return textOf("retry condition", conditionNames, c)
}

// UnmarshalText accepts exactly the names.
func (c *Condition) UnmarshalText(text []byte) error {
	return valueOf("retry condition", conditionNames, text, c)
}

// known reports whether a value has a name. Enumerations that start at 1 have
// an empty name at 0.
func known[T ~uint8](names []string, v T) bool {
	return int(v) < len(names) && names[v] != ""
}

func nameOf[T ~uint8](names []string, v T) string {
	if !known(names, v) {
		return fmt.Sprintf("unknown(%d)", uint8(v))
	}
	return names[v]
}

func textOf[T ~uint8](what string, names []string, v T) ([]byte, error) {
	if !known(names, v) {
		return nil, fmt.Errorf("unknown %s %d", what, uint8(v))
	}
	return []byte(names[v]), nil
}

func valueOf[T ~uint8](what string, names []string, text []byte, v *T) error {
	i := slices.Index(names, string(text))
	if i < 0 || len(text) == 0 {
		return fmt.Errorf("unknown %s %q", what, text)
	}
	*v = T(i)
	return nil
}
