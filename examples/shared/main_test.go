package main

import (
	"testing"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
)

func TestOutput(t *testing.T) { golden.Run(t, "output.txt", run) }
