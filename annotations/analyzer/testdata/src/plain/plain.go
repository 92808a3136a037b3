// Package plain has no annotation, but mentions cloacina in its prose.
package plain

// Run is a name that a generated file would declare.
func Run() {}
