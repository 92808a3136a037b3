package cloacina

// SameStructOrRunGoGenerate does nothing. Generated files mention it with the
// type that a struct was when they were generated, and with the struct: the two
// stop having one type T once a field of the struct, its type, its tag or the
// order of the fields has changed. The error of the compiler then begins with
// the name of this function, which tells what to do.
//
// Generated files call it in a function without a name, which is compiled into
// no program.
func SameStructOrRunGoGenerate[T any](was, is T) {}
