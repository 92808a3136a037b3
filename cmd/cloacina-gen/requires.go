//go:build never

package main

// Generated code imports the runtime. This file is never compiled; it makes
// `go get -tool` of this command record the checksums of what the runtime
// imports, too, so that one command is all an installation takes.
import _ "github.com/cloacina-go/cloacina/runtime"
