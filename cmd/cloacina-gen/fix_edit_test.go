package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"pgregory.net/rapid"
)

// edit replaces text[start:end].
func edit(start, end int, text string) annotations.Edit {
	return annotations.Edit{
		Span: annotations.Span{File: "a.go", Start: annotations.Pos{Offset: start}, End: annotations.Pos{Offset: end}}, New: text,
	}
}

func TestApplyEdits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		edits []annotations.Edit
		want  string
	}{
		{nil, "0123456789"},
		{[]annotations.Edit{edit(5, 5, "x")}, "01234x56789"},
		{[]annotations.Edit{edit(7, 10, ""), edit(0, 2, "ab")}, "ab23456"},
		{[]annotations.Edit{edit(10, 10, "y"), edit(0, 0, "x")}, "x0123456789y"},
		{[]annotations.Edit{edit(3, 3, "first"), edit(3, 3, "second"), edit(3, 4, "")}, "012firstsecond456789"},
	}
	for _, tt := range tests {
		if got := string(applyEdits([]byte("0123456789"), tt.edits)); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.edits, got, tt.want)
		}
	}
}

// Edits that do not overlap may come in any order, and leave what they do not touch.
func TestEditsInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Repeat("0123456789", 3)
		var edits []annotations.Edit
		for range rapid.IntRange(0, 5).Draw(t, "edits") {
			start := rapid.IntRange(0, len(text)).Draw(t, "start")
			e := edit(start, rapid.IntRange(start, len(text)).Draw(t, "end"), rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "new"))
			if !overlaps(edits, []annotations.Edit{e}) {
				edits = append(edits, e)
			}
		}
		got := string(applyEdits([]byte(text), edits))
		again := string(applyEdits([]byte(text), rapid.Permutation(edits).Draw(t, "order")))
		if got != again {
			t.Fatalf("got %q and %q", got, again)
		}
		size := len(text)
		for _, e := range edits {
			size += len(e.New) - (e.Span.End.Offset - e.Span.Start.Offset)
		}
		if len(got) != size {
			t.Fatalf("%q has %d bytes, want %d", got, len(got), size)
		}
	})
}

func TestOverlaps(t *testing.T) {
	t.Parallel()
	taken := []annotations.Edit{edit(3, 5, "x")}
	for e, want := range map[[2]int]bool{{0, 2}: false, {6, 6}: false, {5, 5}: true, {3, 3}: true, {4, 9}: true, {0, 3}: true} {
		if got := overlaps(taken, []annotations.Edit{edit(e[0], e[1], "")}); got != want {
			t.Errorf("%v: got %v", e, got)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	one := annotations.Fix{Message: "one", Edits: []annotations.Edit{edit(0, 1, "a")}}
	two := annotations.Fix{Message: "two", Edits: []annotations.Edit{edit(0, 1, "b")}}
	elsewhere := one
	elsewhere.Edits = append(slices.Clone(one.Edits), annotations.Edit{Span: annotations.Span{File: "b.go"}})
	codes := []annotations.Code{annotations.CodePresumedInput}
	tests := []struct {
		name  string
		code  annotations.Code
		fixes []annotations.Fix
		codes []annotations.Code
		want  bool
	}{
		{"an error", annotations.CodeUnknownTask, []annotations.Fix{one}, nil, true},
		{"an error with a choice", annotations.CodeUnknownTask, []annotations.Fix{one, two}, nil, false},
		{"no repair", annotations.CodeUnknownTask, nil, nil, false},
		{"an empty repair", annotations.CodeUnknownTask, []annotations.Fix{{Message: "none"}}, nil, false},
		{"two files", annotations.CodeUnknownTask, []annotations.Fix{elsewhere}, nil, false},
		{"a warning that is a decision", annotations.CodePresumedInput, []annotations.Fix{one}, nil, false},
		{"a decision by its code", annotations.CodePresumedInput, []annotations.Fix{one, two}, codes, true},
		{"another code", annotations.CodeUnknownTask, []annotations.Fix{one}, codes, false},
	}
	for _, tt := range tests {
		fix, got := choose(annotations.Finding{Code: tt.code, Fixes: tt.fixes}, tt.codes)
		if got != tt.want || got && fix.Message != "one" {
			t.Errorf("%s: got %v %q", tt.name, got, fix.Message)
		}
	}
}

// A file that would not be Go any more is left alone, and not tried again.
func TestBrokenRepairsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixer(nil)
	text := []byte("package p\n")
	if f.change("a.go", text, []annotations.Edit{edit(0, 7, "pack")}) || !f.refused["a.go"] || len(f.texts) > 0 {
		t.Errorf("refused %v, texts %v", f.refused, f.texts)
	}
	if f.change("b.go", text, []annotations.Edit{edit(0, 7, "package")}) || f.refused["b.go"] {
		t.Error("what changes nothing is a change, or refused")
	}
	if !f.change("b.go", text, []annotations.Edit{edit(8, 9, "q")}) || string(f.texts["b.go"]) != "package q\n" || string(f.before["b.go"]) != "package p\n" {
		t.Errorf("texts %q, before %q", f.texts, f.before)
	}
}
