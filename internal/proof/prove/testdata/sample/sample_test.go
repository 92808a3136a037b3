// Package sample has rows that end in every way.
package sample

import (
	"os"
	"testing"

	"github.com/cloacina-go/cloacina/internal/proof"
)

func TestHolds(t *testing.T) {
	row := proof.Begin(t, "holds", 3)
	for range row.Seeds() {
		row.Done(1)
	}
	row.Figure("p99 ms", 15)
}

func TestFails(t *testing.T) {
	row := proof.Begin(t, "fails", 3)
	for seed := range row.Seeds() {
		row.Done(1)
		if seed == 6 {
			row.Fail(seed, "a wrong answer")
		}
	}
}

func TestShort(t *testing.T) {
	row := proof.Begin(t, "short", 3)
	row.Done(1)
	for row.Left() > 0 { // until its budget is used up
	}
}

func TestSkipped(t *testing.T) { t.Skip("no such disk here") }

func TestSilent(*testing.T) {}

func TestDies(*testing.T) { os.Exit(3) }

func TestBitten(t *testing.T) {
	row := proof.Begin(t, "bitten", 100)
	for seed := range row.Seeds() {
		row.Done(1)
		if seed == 50 && os.Getenv("CLOACINA_BUG") == "normal-for-full" {
			row.Fail(seed, "the bug shows")
		}
	}
}
