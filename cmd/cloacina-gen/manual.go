package main

import (
	_ "embed"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"strings"
	"sync"
)

//go:embed main.go
var mainSource string

// manual returns the package's doc comment, which is the manual.
func manual() string { return printDoc(manualBlocks()) }

// chapter returns the part of the manual below a heading.
func chapter(heading string) string {
	var blocks []comment.Block
	inside := false
	for _, b := range manualBlocks() {
		if h, ok := b.(*comment.Heading); ok {
			inside = len(h.Text) == 1 && h.Text[0] == comment.Plain(heading)
			continue
		}
		if inside {
			blocks = append(blocks, b)
		}
	}
	return printDoc(blocks)
}

// manualBlocks are parsed once, because every command has its chapter.
var manualBlocks = sync.OnceValue(func() []comment.Block {
	var p comment.Parser
	return p.Parse(packageDoc(mainSource)).Content
})

func packageDoc(source string) string {
	f, err := parser.ParseFile(token.NewFileSet(), "main.go", source, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return "" // the source of a program that was compiled parses
	}
	return f.Doc.Text()
}

func printDoc(blocks []comment.Block) string {
	p := comment.Printer{TextCodePrefix: "    ", TextWidth: 80}
	return strings.TrimRight(string(p.Text(&comment.Doc{Content: blocks})), "\n")
}
